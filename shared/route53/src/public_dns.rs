//! Questions to the public DNS. They find causes; nothing is decided on their silence.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolveHosts, ResolverConfig, ResolverOpts};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::net::{DnsError, NetError};
use hickory_resolver::proto::op::ResponseCode;
use hickory_resolver::proto::rr::{RData, RecordType};
use hickory_resolver::{Resolver, TokioResolver};

use crate::DnsName;
use crate::caa::Caa;

/// For one question to one server. Two attempts.
const TIMEOUT: Duration = Duration::from_secs(3);
/// After this many questions in a row without an answer an invocation asks no more: nobody would answer the
/// hundreds of a sweep either.
const SILENCE: u32 = 3;

/// Whether the public DNS may be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DnsLookups {
    /// It may not.
    Off,
    /// The system's resolvers.
    System,
    /// This resolver.
    Server(SocketAddr),
}

/// The text is not an address of a resolver.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("use an IP address, with or without a port, such as 192.0.2.1:53")]
pub struct NotAResolver;

/// The address of a resolver: an IP address with port 53, unless another is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ResolverAddress(SocketAddr);

impl FromStr for ResolverAddress {
    type Err = NotAResolver;

    fn from_str(text: &str) -> Result<Self, NotAResolver> {
        let alone = || text.parse::<IpAddr>().map(|ip| SocketAddr::new(ip, 53));
        text.parse().or_else(|_| alone()).map(Self).map_err(|_| NotAResolver)
    }
}

impl DnsLookups {
    /// Whether anybody is asked, and whom in place of the system's resolver.
    pub fn new(are_on: bool, resolver: Option<ResolverAddress>) -> Self {
        match (are_on, resolver) {
            (false, _) => Self::Off,
            (true, Some(ResolverAddress(address))) => Self::Server(address),
            (true, None) => Self::System,
        }
    }
}

/// What came of a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DnsAnswer<T> {
    /// The records of the name and type.
    Records(Vec<T>),
    /// The name has none, or does not exist.
    Nothing,
    /// The resolver answers SERVFAIL: it gets no answer, or none that it may believe. That says something of the name
    /// only where the resolver can answer for a name above it ([`PublicDns::broken_at`]).
    ServerFailure,
    /// Nobody answered, or not well. Never a cause.
    Unknown,
}

/// Asks the public DNS, where it may. The resolver is made for the first question.
pub struct PublicDns {
    setting: DnsLookups,
    resolver: OnceLock<Option<TokioResolver>>,
    unanswered: AtomicU32,
}

impl fmt::Debug for PublicDns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PublicDns").field(&self.setting).finish()
    }
}

impl PublicDns {
    /// Nothing is asked yet.
    pub fn new(setting: DnsLookups) -> Self {
        Self { setting, resolver: OnceLock::new(), unanswered: AtomicU32::new(0) }
    }

    /// Starts an invocation: whoever was silent may answer now.
    pub fn start_invocation(&self) {
        self.unanswered.store(0, Ordering::Relaxed);
    }

    /// Whether it may be asked.
    pub fn is_on(&self) -> bool {
        self.setting != DnsLookups::Off
    }

    /// The name servers of a zone, as its parent or itself names them.
    pub async fn name_servers(&self, zone: &str) -> DnsAnswer<DnsName> {
        self.ask(zone, RecordType::NS, |data| match data {
            RData::NS(server) => Some(DnsName::new(&server.0.to_ascii())),
            _ => None,
        })
        .await
    }

    /// Where the delegation of this name is broken: the highest name, this one or one above it, for which the resolver
    /// answers SERVFAIL, although it can answer for the name above that.
    pub async fn broken_at(&self, name: &DnsName) -> Option<String> {
        let mut broken = None;
        for name in name.and_above() {
            match self.name_servers(name).await {
                DnsAnswer::ServerFailure => broken = Some(name.to_owned()),
                DnsAnswer::Records(_) | DnsAnswer::Nothing => return broken,
                DnsAnswer::Unknown => return None,
            }
        }
        None
    }

    /// What a name is an alias of.
    pub async fn cname(&self, name: &DnsName) -> DnsAnswer<DnsName> {
        self.ask(name.as_str(), RecordType::CNAME, |data| match data {
            RData::CNAME(target) => Some(DnsName::new(&target.0.to_ascii())),
            _ => None,
        })
        .await
    }

    /// The relevant CAA record set: the first that is found on the way up
    /// (RFC 8659, section 3), with the name that has it.
    pub async fn caa(&self, domain: &DnsName) -> Option<(String, Vec<Caa>)> {
        for name in domain.and_above() {
            let found = self
                .ask(name, RecordType::CAA, |data| match data {
                    RData::CAA(caa) => Some(Caa {
                        critical: caa.issuer_critical,
                        tag: caa.tag.clone(),
                        value: String::from_utf8_lossy(&caa.value).into_owned(),
                    }),
                    _ => None,
                })
                .await;
            match found {
                DnsAnswer::Records(set) => return Some((name.to_owned(), set)),
                DnsAnswer::Nothing => {}
                DnsAnswer::ServerFailure | DnsAnswer::Unknown => return None,
            }
        }
        None
    }

    async fn ask<T>(&self, name: &str, kind: RecordType, read: impl Fn(&RData) -> Option<T>) -> DnsAnswer<T> {
        if self.unanswered.load(Ordering::Relaxed) >= SILENCE {
            return DnsAnswer::Unknown;
        }
        let Some(resolver) = self.resolver.get_or_init(|| make(self.setting)) else { return DnsAnswer::Unknown };
        match resolver.lookup(format!("{name}."), kind).await {
            Ok(answer) => {
                self.start_invocation();
                // Of a name that is an alias, the records of its target come too. RFC 8659 wants those of type
                // CAA; the others are another name's.
                let asked = DnsName::new(name);
                let is_own = |owner: &str| kind == RecordType::CAA || DnsName::new(owner) == asked;
                let own = answer.answers().iter().filter(|record| is_own(&record.name.to_ascii()));
                let found: Vec<T> = own.filter_map(|record| read(&record.data)).collect();
                if found.is_empty() { DnsAnswer::Nothing } else { DnsAnswer::Records(found) }
            }
            Err(error) if error.is_no_records_found() => {
                self.start_invocation();
                DnsAnswer::Nothing
            }
            Err(NetError::Dns(DnsError::ResponseCode(ResponseCode::ServFail))) => {
                self.start_invocation();
                DnsAnswer::ServerFailure
            }
            Err(error) => {
                self.unanswered.fetch_add(1, Ordering::Relaxed);
                tracing::warn!(name, kind = %kind, reason = "no-dns-answer", "{error}");
                DnsAnswer::Unknown
            }
        }
    }
}

fn make(setting: DnsLookups) -> Option<TokioResolver> {
    let provider = TokioRuntimeProvider::default();
    let builder = match setting {
        DnsLookups::Off => return None,
        DnsLookups::System => Resolver::builder(provider),
        DnsLookups::Server(server) => {
            let mut connections = vec![ConnectionConfig::udp(), ConnectionConfig::tcp()];
            connections.iter_mut().for_each(|connection| connection.port = server.port());
            let server = NameServerConfig::new(server.ip(), true, connections);
            Ok(Resolver::builder_with_config(ResolverConfig::from_name_servers(vec![server]), provider))
        }
    };
    let built = builder.and_then(|mut builder| {
        configure(builder.options_mut());
        builder.build()
    });
    built.inspect_err(|error| tracing::warn!(reason = "no-dns-resolver", "{error}")).ok()
}

/// An instance of the function lives for hours; an answer that it keeps may be the one from before a
/// person fixed the cause.
fn configure(options: &mut ResolverOpts) {
    options.timeout = TIMEOUT;
    options.attempts = 2;
    options.cache_size = 0;
    options.use_hosts_file = ResolveHosts::Never;
}

/// Route 53's name servers of every private zone. A resolver that names them answers from such a zone, as Route 53
/// Resolver does in a VPC, and not from the public DNS.
const OF_PRIVATE_ZONES: [&str; 4] =
    ["ns-0.awsdns-00.com", "ns-512.awsdns-00.net", "ns-1024.awsdns-00.org", "ns-1536.awsdns-00.co.uk"];

/// Whether these are the name servers of a private zone, which say nothing about the public DNS.
pub fn are_private(servers: &[DnsName]) -> bool {
    !servers.is_empty() && servers.iter().all(|server| OF_PRIVATE_ZONES.contains(&server.as_str()))
}

#[cfg(test)]
mod tests {
    use std::net::UdpSocket;

    use hickory_resolver::proto::op::Message;
    use simulated_aws::Aws;

    use super::*;

    /// A resolver that has this answer to everything.
    fn resolver(code: ResponseCode) -> PublicDns {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        let dns = PublicDns::new(DnsLookups::Server(socket.local_addr().unwrap()));
        std::thread::spawn(move || {
            let mut buffer = [0; 1232];
            while let Ok((length, peer)) = socket.recv_from(&mut buffer) {
                let query = Message::from_vec(&buffer[..length]).unwrap();
                let mut answer = Message::error_msg(query.metadata.id, query.metadata.op_code, code);
                answer.add_queries(query.queries.iter().cloned());
                socket.send_to(&answer.to_vec().unwrap(), peer).unwrap();
            }
        });
        dns
    }

    /// REFUSED says that the resolver does not want to answer us, and nothing about the name.
    #[tokio::test]
    async fn servfail_is_an_answer_and_refused_is_none() {
        for (code, found) in [
            (ResponseCode::ServFail, DnsAnswer::ServerFailure),
            (ResponseCode::NXDomain, DnsAnswer::Nothing),
            (ResponseCode::Refused, DnsAnswer::Unknown),
        ] {
            let dns = resolver(code);
            assert_eq!(dns.name_servers("www.example.com").await, found, "{code}");
            assert_eq!(dns.broken_at(&DnsName::new("www.example.com")).await, None, "{code}");
        }
    }

    #[test]
    fn every_private_zone_has_the_same_servers() {
        let servers = |names: &[&str]| -> Vec<DnsName> { names.iter().map(|name| DnsName::new(name)).collect() };
        assert!(are_private(&servers(&OF_PRIVATE_ZONES)));
        assert!(!are_private(&servers(&["ns-0.awsdns-00.com", "ns-1.awsdns-00.com"])) && !are_private(&[]));
    }

    #[tokio::test]
    async fn an_alias_has_no_name_servers_of_its_own() {
        let aws = Aws::new("2026-11-21T06:51:08Z".parse().unwrap());
        let zone = aws.create_hosted_zone("example.com");
        aws.create_hosted_zone("example.net");
        aws.set_caa("example.net", &["0 issue \"letsencrypt.org\""]);
        aws.set_record(&zone, "www.example.com", "CNAME", "example.net.");
        let server = aws.serve_dns().await;
        let dns = PublicDns::new(DnsLookups::Server(server.address()));
        assert_eq!(dns.name_servers("www.example.com").await, DnsAnswer::Nothing);
        assert!(matches!(dns.name_servers("example.com").await, DnsAnswer::Records(_)));
        assert_eq!(
            dns.cname(&DnsName::new("www.example.com")).await,
            DnsAnswer::Records(vec![DnsName::new("example.net")])
        );
        // RFC 8659, section 3: the CAA records of an alias are those of its target.
        let (at, set) = dns.caa(&DnsName::new("www.example.com")).await.unwrap();
        assert_eq!((at.as_str(), set.len()), ("www.example.com", 1));
    }
}
