//! The model's public DNS on a loopback port, as a recursive resolver answers it.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use hickory_proto::op::{Edns, Message, MessageType, Metadata, OpCode, ResponseCode};
use hickory_proto::rr::{Name, Record};
use hickory_proto::serialize::txt::{ParseError, Parser};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio::task::JoinHandle;

use crate::Aws;
use crate::route53::public::{Outcome, PublicRecords};

/// Largest message over UDP that this server takes or sends, as resolvers do since 2020 ("DNS flag day").
const UDP_SIZE: usize = 1232;
/// Port 0 takes a free UDP port, which may be taken for TCP: then another one is tried.
const ATTEMPTS: u32 = 20;

/// The public DNS being served, until this is dropped.
#[derive(Debug)]
pub struct DnsServer {
    address: SocketAddr,
    tasks: [JoinHandle<()>; 2],
}

impl DnsServer {
    /// Where it listens, for UDP and TCP.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for DnsServer {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

impl Aws {
    /// Serves the public DNS on a free loopback port, in tasks of the present tokio runtime: what the delegated
    /// public zones hold, with their NS, SOA and CAA records. A name that has no records of a type is answered
    /// NODATA, one that no delegated zone has NXDOMAIN, and one that other servers than Route 53's are responsible
    /// for SERVFAIL. There is no cache, so that answers change with the model.
    ///
    /// # Panics
    /// When no port can be listened on.
    pub async fn serve_dns(&self) -> DnsServer {
        let free = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        for _ in 0..ATTEMPTS {
            if let Ok(server) = self.serve_dns_on(free).await {
                return server;
            }
        }
        panic!("no loopback port is free for both UDP and TCP")
    }

    /// As [`Aws::serve_dns`], on this address.
    ///
    /// # Errors
    /// When the address cannot be listened on.
    pub async fn serve_dns_on(&self, address: SocketAddr) -> io::Result<DnsServer> {
        let udp = UdpSocket::bind(address).await?;
        let address = udp.local_addr()?;
        let tcp = TcpListener::bind(address).await?;
        let tasks = [tokio::spawn(serve_udp(self.clone(), udp)), tokio::spawn(serve_tcp(self.clone(), tcp))];
        Ok(DnsServer { address, tasks })
    }
}

async fn serve_udp(aws: Aws, socket: UdpSocket) {
    let socket = Arc::new(socket);
    let mut buffer = vec![0; UDP_SIZE];
    loop {
        // An error here is the ICMP answer to an earlier datagram, and no reason to stop.
        let Ok((length, peer)) = socket.recv_from(&mut buffer).await else { continue };
        if let Some(response) = answer(&aws, &buffer[..length], Some(UDP_SIZE)) {
            let _ = socket.send_to(&response, peer).await;
        }
    }
}

async fn serve_tcp(aws: Aws, listener: TcpListener) {
    loop {
        let Ok((stream, _)) = listener.accept().await else { continue };
        let aws = aws.clone();
        tokio::spawn(async move {
            // A client that goes away ends its connection, and nothing else.
            let _ = serve_stream(&aws, stream).await;
        });
    }
}

/// RFC 1035, 4.2.2: each message has its length in two bytes before it.
async fn serve_stream(aws: &Aws, mut stream: TcpStream) -> io::Result<()> {
    loop {
        let length = stream.read_u16().await?;
        let mut query = vec![0; usize::from(length)];
        stream.read_exact(&mut query).await?;
        let Some(response) = answer(aws, &query, None) else { return Ok(()) };
        let length = u16::try_from(response.len()).map_err(io::Error::other)?;
        stream.write_all(&length.to_be_bytes()).await?;
        stream.write_all(&response).await?;
    }
}

/// The response to a message, or none to what is not a query at all. `limit` is for UDP: a longer response is
/// truncated, so that the client asks again over TCP (RFC 7766, 5).
fn answer(aws: &Aws, message: &[u8], limit: Option<usize>) -> Option<Vec<u8>> {
    let query = Message::from_vec(message).ok().filter(|query| query.metadata.message_type == MessageType::Query)?;
    let response = respond(aws, &query)
        .unwrap_or_else(|_| Message::error_msg(query.metadata.id, query.metadata.op_code, ResponseCode::ServFail));
    let bytes = response.to_vec().ok()?;
    let limit = limit.map_or(usize::MAX, |most| most.min(usize::from(query.max_payload())));
    if bytes.len() <= limit { Some(bytes) } else { response.truncate().to_vec().ok() }
}

fn respond(aws: &Aws, query: &Message) -> Result<Message, ParseError> {
    let mut response = Message::response(query.metadata.id, query.metadata.op_code);
    response.metadata = Metadata::response_from_request(&query.metadata);
    response.metadata.recursion_available = true;
    response.add_queries(query.queries.iter().cloned());
    if query.edns.is_some() {
        let mut edns = Edns::new();
        edns.set_max_payload(u16::try_from(UDP_SIZE).unwrap_or(u16::MAX));
        response.set_edns(edns);
    }
    let (OpCode::Query, [question]) = (query.metadata.op_code, &query.queries[..]) else {
        response.metadata.response_code = ResponseCode::NotImp;
        return Ok(response);
    };
    let found = aws.state().route53.look_up(&question.name().to_ascii(), &question.query_type().to_string());
    response.metadata.response_code = match found.outcome {
        Outcome::Found | Outcome::NoData => ResponseCode::NoError,
        Outcome::NoName => ResponseCode::NXDomain,
        Outcome::NoServer => ResponseCode::ServFail,
    };
    for set in &found.records {
        response.add_answers(records(set)?);
    }
    if let Some(set) = &found.authority {
        response.add_authorities(records(set)?);
    }
    Ok(response)
}

/// Route 53 keeps values in the form of zone files, which the library reads.
fn records(set: &PublicRecords) -> Result<Vec<Record>, ParseError> {
    let line = |value: &String| format!("{} {} IN {} {value}\n", set.name, set.ttl, set.kind);
    let text: String = set.values.iter().map(line).collect();
    let (_, sets) = Parser::new(text, None, Some(Name::root())).parse()?;
    Ok(sets.values().flat_map(|set| set.records_without_rrsigs().cloned().collect::<Vec<_>>()).collect())
}
