//! Runs simulated worlds; see `simulate --help`.
#![allow(clippy::print_stdout, clippy::print_stderr, clippy::disallowed_methods, reason = "a tool for the terminal")]

use std::io::{IsTerminal, Write};
use std::panic::{catch_unwind, resume_unwind};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use mimalloc::MiMalloc;
use rustix::time::{ClockId, clock_gettime};
use simulation::{Kind, Parameters, Summary, Violation, run_world, run_world_with_log};

/// Requests allocate many small strings: glibc's allocator took a quarter of the time.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

const HELP: &str = "\
Runs simulated worlds of certificates and checks the invariants of the functions.

  --seeds N          how many worlds (default 20)
  --from S           the first seed (default 0)
  --certificates N   certificates of each world (default 50)
  --years N          years of each world (default 3); --days N instead
  --world KIND       calm, busy, faulty, slow, hourly or mixed (default)
  --threads N        parallel worlds (default: one for each core)
  --keep-going       continue after a broken invariant
  --log DIRECTORY    write all calls of each world into a file there
";

struct Options {
    seeds: u64,
    from: u64,
    world: Parameters,
    threads: usize,
    keep_going: bool,
    log: Option<PathBuf>,
}

fn options() -> Result<Options, String> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let world = Parameters::new(Kind::Mixed, 0);
    let mut options = Options { seeds: 20, from: 0, world, threads: cores, keep_going: false, log: None };
    let mut arguments = std::env::args().skip(1);
    while let Some(name) = arguments.next() {
        if name == "--keep-going" {
            options.keep_going = true;
            continue;
        }
        let value = arguments.next().ok_or_else(|| format!("{name} is unknown or needs a value\n\n{HELP}"))?;
        let number = || value.parse::<u64>().map_err(|_| format!("{name} needs a number, not {value}"));
        match name.as_str() {
            "--seeds" => options.seeds = number()?,
            "--from" => options.from = number()?,
            "--certificates" => options.world.certificates = usize::try_from(number()?).unwrap_or(usize::MAX),
            "--years" => options.world.days = 365 * i64::try_from(number()?).unwrap_or(i64::MAX / 365),
            "--days" => options.world.days = i64::try_from(number()?).unwrap_or(i64::MAX),
            "--log" => options.log = Some(PathBuf::from(&value)),
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

/// The results so far.
#[derive(Default)]
struct Progress {
    worlds: u64,
    total: Summary,
    violations: Vec<Violation>,
}

fn simulate(options: &Options) -> ExitCode {
    let started = Instant::now();
    let next = AtomicU64::new(options.from);
    let stopped = AtomicBool::new(false);
    let progress = Mutex::new(Progress::default());
    std::thread::scope(|scope| {
        for _ in 0..options.threads {
            scope.spawn(|| {
                while !stopped.load(Ordering::Relaxed) {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= options.from.saturating_add(options.seeds) {
                        return;
                    }
                    let result = catch_unwind(|| run(Parameters { seed, ..options.world }, options));
                    let result = result.unwrap_or_else(|panic| {
                        eprintln!("\nThe world of seed {seed} panicked: see above.");
                        resume_unwind(panic)
                    });
                    let mut progress = progress.lock().unwrap_or_else(PoisonError::into_inner);
                    match result {
                        Ok(summary) => {
                            progress.worlds += 1;
                            progress.total.add(&summary);
                            show_progress(&progress, options, started);
                        }
                        Err(violation) => {
                            eprintln!("\n{violation}");
                            progress.violations.push(*violation);
                            stopped.fetch_or(!options.keep_going, Ordering::Relaxed);
                        }
                    }
                }
            });
        }
    });
    report(&progress.into_inner().unwrap_or_else(PoisonError::into_inner), options, started)
}

fn run(parameters: Parameters, options: &Options) -> Result<Summary, Box<Violation>> {
    let Some(directory) = &options.log else { return run_world(parameters) };
    let (result, calls) = run_world_with_log(parameters);
    let path = directory.join(format!("seed-{}.log", parameters.seed));
    if let Err(error) = std::fs::write(&path, calls) {
        eprintln!("{}: {error}", path.display());
    }
    result
}

/// A line that is updated on a terminal; otherwise, as in a CI log, ten lines in total.
fn show_progress(progress: &Progress, options: &Options, started: Instant) {
    let Progress { worlds, total, .. } = progress;
    let seconds = started.elapsed().as_secs_f64();
    let text =
        format!("{worlds} of {} worlds, {:.0} certificate-years/s", options.seeds, total.certificate_years / seconds);
    if std::io::stderr().is_terminal() {
        eprint!("\r{text} ");
        let _ = std::io::stderr().flush();
    } else if worlds % options.seeds.div_ceil(10).max(1) == 0 {
        eprintln!("{text}");
    }
}

fn report(progress: &Progress, options: &Options, started: Instant) -> ExitCode {
    let Progress { worlds, total, violations } = progress;
    let (wall, cpu) = (started.elapsed().as_secs_f64(), cpu_seconds());
    let years = total.certificate_years;
    if std::io::stderr().is_terminal() {
        eprintln!();
    }
    println!("{worlds} worlds on {} threads", options.threads);
    println!("wall time {wall:.1} s: {:.0} certificate-years/s", years / wall);
    println!("CPU time {cpu:.1} s: {:.0} certificate-years per CPU-second", years / cpu);
    println!("{total}");
    for (why, count) in &total.dead_letters {
        println!("  dead letters: {count} of {why}");
    }
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

/// User and system CPU time of all threads of this process.
fn cpu_seconds() -> f64 {
    let used = clock_gettime(ClockId::ProcessCPUTime);
    Duration::try_from(used).unwrap_or_default().as_secs_f64()
}
