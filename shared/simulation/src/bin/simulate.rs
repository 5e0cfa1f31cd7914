//! Lives through many worlds. `simulate --help` tells how.
#![allow(clippy::print_stdout, clippy::print_stderr, clippy::disallowed_methods, reason = "a tool for the terminal")]

use std::io::{IsTerminal, Write};
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Instant;

use simulation::{Kind, Parameters, Summary, Violation, live};

const HELP: &str = "\
Lives through worlds of certificates and checks that the functions keep their promises.

  --seeds N          how many worlds (default 20)
  --from S           the first seed (default 0)
  --certificates N   certificates of each world (default 50)
  --years N          years of each world (default 3); --days N instead
  --world KIND       calm, busy, faulty, slow, hourly or mixed (default)
  --threads N        worlds at the same time (default: one for each core)
  --keep-going       go on after a broken invariant
";

struct Options {
    seeds: u64,
    from: u64,
    world: Parameters,
    threads: usize,
    keep_going: bool,
}

fn options() -> Result<Options, String> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let world = Parameters::new(Kind::Mixed, 0);
    let mut options = Options { seeds: 20, from: 0, world, threads: cores, keep_going: false };
    let mut arguments = std::env::args().skip(1);
    while let Some(name) = arguments.next() {
        if name == "--keep-going" {
            options.keep_going = true;
            continue;
        }
        let value = arguments.next().ok_or_else(|| format!("{name} is unknown or wants a value\n\n{HELP}"))?;
        let number = || value.parse::<u64>().map_err(|_| format!("{name} wants a number, not {value}"));
        match name.as_str() {
            "--seeds" => options.seeds = number()?,
            "--from" => options.from = number()?,
            "--certificates" => options.world.certificates = usize::try_from(number()?).unwrap_or(usize::MAX),
            "--years" => options.world.days = 365 * i64::try_from(number()?).unwrap_or(i64::MAX / 365),
            "--days" => options.world.days = i64::try_from(number()?).unwrap_or(i64::MAX),
            "--world" => options.world.kind = value.parse()?,
            "--threads" => options.threads = usize::try_from(number()?).unwrap_or(1).max(1),
            _ => return Err(format!("{name} is unknown\n\n{HELP}")),
        }
    }
    Ok(options)
}

fn main() -> ExitCode {
    if std::env::args().any(|argument| argument == "--help") {
        print!("{HELP}");
        return ExitCode::SUCCESS;
    }
    match options() {
        Ok(options) => simulate(&options),
        Err(wrong) => {
            eprintln!("{wrong}");
            ExitCode::from(2)
        }
    }
}

fn simulate(options: &Options) -> ExitCode {
    let begun = Instant::now();
    let next = AtomicU64::new(options.from);
    let stopped = AtomicBool::new(false);
    let total = Mutex::new((0_u64, Summary::default()));
    let violations: Mutex<Vec<Violation>> = Mutex::default();
    let terminal = std::io::stderr().is_terminal();
    std::thread::scope(|scope| {
        for _ in 0..options.threads {
            scope.spawn(|| {
                while !stopped.load(Ordering::Relaxed) {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= options.from.saturating_add(options.seeds) {
                        return;
                    }
                    match live(Parameters { seed, ..options.world }) {
                        Ok(summary) => {
                            let mut total = total.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                            total.0 += 1;
                            total.1.add(&summary);
                            if terminal {
                                let rate = total.1.certificate_years / begun.elapsed().as_secs_f64();
                                eprint!("\r{} of {} worlds, {rate:.0} certificate-years/s ", total.0, options.seeds);
                                let _ = std::io::stderr().flush();
                            }
                        }
                        Err(violation) => {
                            eprintln!("\n{violation}");
                            violations.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(*violation);
                            stopped.fetch_or(!options.keep_going, Ordering::Relaxed);
                        }
                    }
                }
            });
        }
    });
    let (worlds, total) = total.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    let violations = violations.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    let seconds = begun.elapsed().as_secs_f64();
    let rate = total.certificate_years / seconds;
    if terminal {
        eprintln!();
    }
    println!("{worlds} worlds in {seconds:.1} s: {rate:.0} certificate-years/s on {} threads", options.threads);
    println!("{total}");
    if violations.is_empty() {
        return ExitCode::SUCCESS;
    }
    println!("{} worlds broke an invariant:", violations.len());
    for violation in &violations {
        println!("  seed {}: {} ({})", violation.parameters.seed, violation.broken.invariant, violation.broken.what);
    }
    ExitCode::FAILURE
}
