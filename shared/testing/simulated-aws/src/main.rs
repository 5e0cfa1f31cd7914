//! `simulated-aws`: serves a simulated account on a loopback port until it is stopped.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program for the terminal")]

mod fleet;

use std::io::Read;
use std::net::{Ipv4Addr, SocketAddr};
use std::process::ExitCode;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use simulated_aws::{Aws, DnsServer, Key};

const USAGE: &str = "\
simulated-aws --port N [--now TIMESTAMP | --real-time] [--latency-ms N] [--certificates N]
              [--region REGION] [--account ID] [--dns-port N] [--record-delay N]
              [--issuance-delay N] [--insync-delay N] [--end-with-stdin] [--quotas]
              [--accounts N --regions REGION,...]

  --port N            where to listen on 127.0.0.1 (default 4577; 0 takes a free port)
  --now TIMESTAMP     the clock shows this time; PUT /_simulated/clock moves it
  --real-time         the clock follows the machine's (default)
  --latency-ms N      every answer takes this long
  --certificates N    N certificates of all kinds, an active private CA and a topic
  --accounts N        an organization of N accounts that trust this one, with N certificates (--certificates) in each
                      account and Region, and their zones in one account more
  --regions A,B       the Regions of these accounts (default: --region)
  --quotas            the published request rates are enforced
  --region REGION     default us-east-1
  --account ID        default 123456789012
  --record-delay N    ACM shows the record of a domain name N seconds after the request (default 5)
  --issuance-delay N  AWS Private CA takes N seconds to issue (default 0)
  --insync-delay N    changes of Route 53 are INSYNC after N seconds (default 60)
  --end-with-stdin    stops when standard input closes, and so with the program that holds it
  --dns-port N        answers DNS on 127.0.0.1 from the delegated public zones (0 takes a free port)";

struct Options {
    port: u16,
    now: Option<Timestamp>,
    latency: Duration,
    certificates: usize,
    accounts: usize,
    regions: Option<String>,
    quotas: bool,
    region: String,
    account: String,
    dns_port: Option<u16>,
    record_delay: Option<i64>,
    issuance_delay: i64,
    insync_delay: Option<i64>,
    end_with_stdin: bool,
}

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    if arguments.iter().any(|one| one == "--help") {
        println!("{USAGE}");
        return ExitCode::SUCCESS;
    }
    match read(&arguments).and_then(|options| run(&options)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("{why}\n\n{USAGE}");
            ExitCode::from(2)
        }
    }
}

fn read(arguments: &[String]) -> Result<Options, String> {
    let mut options = Options {
        port: 4577,
        now: None,
        latency: Duration::ZERO,
        certificates: 0,
        accounts: 0,
        regions: None,
        quotas: false,
        region: "us-east-1".to_owned(),
        account: "123456789012".to_owned(),
        dns_port: None,
        record_delay: None,
        issuance_delay: 0,
        insync_delay: None,
        end_with_stdin: false,
    };
    let mut real_time = false;
    let mut rest = arguments.iter();
    while let Some(name) = rest.next() {
        match name.as_str() {
            "--real-time" => real_time = true,
            "--end-with-stdin" => options.end_with_stdin = true,
            "--quotas" => options.quotas = true,
            _ => read_value(&mut options, name, rest.next())?,
        }
    }
    if real_time && options.now.is_some() {
        return Err("--now and --real-time exclude each other".to_owned());
    }
    Ok(options)
}

fn read_value(options: &mut Options, name: &str, value: Option<&String>) -> Result<(), String> {
    let value = value.ok_or_else(|| format!("{name} needs a value"))?;
    match name {
        "--port" => options.port = parse(name, value)?,
        "--now" => options.now = Some(parse(name, value)?),
        "--latency-ms" => options.latency = Duration::from_millis(parse(name, value)?),
        "--certificates" => options.certificates = parse(name, value)?,
        "--accounts" => options.accounts = parse(name, value)?,
        "--regions" => options.regions = Some(value.clone()),
        "--region" => options.region.clone_from(value),
        "--account" => options.account.clone_from(value),
        "--dns-port" => options.dns_port = Some(parse(name, value)?),
        "--record-delay" => options.record_delay = Some(parse(name, value)?),
        "--insync-delay" => options.insync_delay = Some(parse(name, value)?),
        "--issuance-delay" => options.issuance_delay = parse(name, value)?,
        other => return Err(format!("{other} is not known")),
    }
    Ok(())
}

fn parse<T: std::str::FromStr>(name: &str, value: &str) -> Result<T, String>
where
    T::Err: std::fmt::Display,
{
    value.parse().map_err(|error| format!("{name} {value}: {error}"))
}

#[allow(clippy::disallowed_methods, reason = "the entry point gets the time")]
fn run(options: &Options) -> Result<(), String> {
    let now = options.now.unwrap_or_else(Timestamp::now);
    let aws = Aws::in_account(now, &options.account, &options.region);
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, options.port));
    let server = aws.serve(address).map_err(|error| format!("cannot listen on {address}: {error}"))?;
    server.set_latency(options.latency);
    aws.record_configuration();
    if let Some(seconds) = options.record_delay {
        aws.set_record_delay(SignedDuration::from_secs(seconds));
    }
    aws.set_issuance_delay(SignedDuration::from_secs(options.issuance_delay));
    if let Some(seconds) = options.insync_delay {
        aws.set_insync_delay(SignedDuration::from_secs(seconds));
    }
    if options.end_with_stdin {
        std::thread::spawn(end_with_stdin);
    }
    if options.now.is_none() {
        server.follow_real_time();
    }
    if options.quotas {
        aws.enforce_quotas();
    }
    if options.certificates > 0 {
        println!("topic {}", aws.create_topic("notices"));
        fill(&aws, options);
    }
    println!("serving account {} in {} on {}", options.account, options.region, server.endpoint_url());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| format!("no runtime for DNS: {error}"))?;
    runtime.block_on(async {
        let _dns = match options.dns_port {
            Some(port) => Some(serve_dns(&aws, port).await?),
            None => None,
        };
        // Serves until the process is stopped.
        std::future::pending().await
    })
}

fn fill(aws: &Aws, options: &Options) {
    let certificates = options.certificates;
    if options.accounts == 0 {
        let ca = aws.create_private_ca(Key::P256);
        fleet::fill(aws, &ca, certificates);
        return println!("private CA {ca}\n{certificates} certificates");
    }
    let regions = options.regions.as_deref().unwrap_or(&options.region);
    let regions: Vec<String> = regions.split(',').map(str::to_owned).collect();
    fleet::Fleet { aws, accounts: options.accounts, regions: &regions, certificates }.fill();
    println!("{} accounts in {} Regions, {certificates} certificates in each", options.accounts, regions.len());
}

/// When the program that holds standard input has stopped, even because it was killed, so does this one.
fn end_with_stdin() {
    let mut rest = [0; 64];
    while std::io::stdin().read(&mut rest).is_ok_and(|bytes| bytes > 0) {}
    std::process::exit(0);
}

async fn serve_dns(aws: &Aws, port: u16) -> Result<DnsServer, String> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let dns = aws.serve_dns_on(address).await.map_err(|error| format!("cannot listen on {address}: {error}"))?;
    println!("serving DNS on {}", dns.address());
    Ok(dns)
}
