//! Lives through many worlds. `simulate --help` tells how.
#![allow(clippy::print_stdout, clippy::print_stderr, clippy::disallowed_methods, reason = "a tool for the terminal")]

use std::io::{IsTerminal, Write};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use mimalloc::MiMalloc;
use rustix::time::{ClockId, clock_gettime};
use simulation::{Kind, Parameters, Summary, Violation, live};

/// Requests are made of many small texts: glibc's allocator took a quarter of the time.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

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

/// What was lived so far.
#[derive(Default)]
struct Lived {
    worlds: u64,
    total: Summary,
    violations: Vec<Violation>,
}

fn simulate(options: &Options) -> ExitCode {
    let begun = Instant::now();
    let next = AtomicU64::new(options.from);
    let stopped = AtomicBool::new(false);
    let lived = Mutex::new(Lived::default());
    std::thread::scope(|scope| {
        for _ in 0..options.threads {
            scope.spawn(|| {
                while !stopped.load(Ordering::Relaxed) {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= options.from.saturating_add(options.seeds) {
                        return;
                    }
                    let life = live(Parameters { seed, ..options.world });
                    let mut lived = lived.lock().unwrap_or_else(PoisonError::into_inner);
                    match life {
                        Ok(summary) => {
                            lived.worlds += 1;
                            lived.total.add(&summary);
                            show_progress(&lived, options, begun);
                        }
                        Err(violation) => {
                            eprintln!("\n{violation}");
                            lived.violations.push(*violation);
                            stopped.fetch_or(!options.keep_going, Ordering::Relaxed);
                        }
                    }
                }
            });
        }
    });
    conclude(&lived.into_inner().unwrap_or_else(PoisonError::into_inner), options, begun)
}

/// On a terminal one line that changes; elsewhere, as in the log of a CI job, ten lines in all.
fn show_progress(lived: &Lived, options: &Options, begun: Instant) {
    let Lived { worlds, total, .. } = lived;
    let seconds = begun.elapsed().as_secs_f64();
    let text =
        format!("{worlds} of {} worlds, {:.0} certificate-years/s", options.seeds, total.certificate_years / seconds);
    if std::io::stderr().is_terminal() {
        eprint!("\r{text} ");
        let _ = std::io::stderr().flush();
    } else if worlds % options.seeds.div_ceil(10).max(1) == 0 {
        eprintln!("{text}");
    }
}

fn conclude(lived: &Lived, options: &Options, begun: Instant) -> ExitCode {
    let Lived { worlds, total, violations } = lived;
    let (wall, cpu) = (begun.elapsed().as_secs_f64(), cpu_seconds());
    let years = total.certificate_years;
    if std::io::stderr().is_terminal() {
        eprintln!();
    }
    println!("{worlds} worlds on {} threads", options.threads);
    println!("wall time {wall:.1} s: {:.0} certificate-years/s", years / wall);
    println!("CPU time {cpu:.1} s: {:.0} certificate-years per CPU-second", years / cpu);
    println!("{total}");
    if violations.is_empty() {
        return ExitCode::SUCCESS;
    }
    println!("{} worlds broke an invariant:", violations.len());
    for violation in violations {
        let Violation { parameters, broken, .. } = violation;
        println!("  seed {}: {} ({})", parameters.seed, broken.invariant, broken.what);
        println!("    replay: {}", parameters.replay());
    }
    ExitCode::FAILURE
}

/// CPU time of all threads of this process, in the program and in the kernel for it.
fn cpu_seconds() -> f64 {
    let used = clock_gettime(ClockId::ProcessCPUTime);
    Duration::try_from(used).unwrap_or_default().as_secs_f64()
}
