//! Requests without an SDK, signed by nobody: the credential scope says who asks.

use std::io::{Read, Write};
use std::net::TcpStream;

use serde_json::Value;
use simulated_aws::Server;

/// The status, and the body.
pub(crate) type Answered = (u16, Value);

/// An operation of Organizations, for the account of this access key.
pub(crate) fn organizations(server: &Server, key: &str, operation: &str, input: &Value) -> Answered {
    let target = format!("x-amz-target: AWSOrganizationsV20161128.{operation}\r\n");
    send(server, "POST", "/", &format!("{target}{}", scope(key, "organizations")), input)
}

/// GetAlternateContact, for the account of this access key.
pub(crate) fn contact(server: &Server, key: &str, input: &Value) -> Answered {
    send(server, "POST", "/getAlternateContact", &scope(key, "account"), input)
}

/// ListRegions, for the account of this access key.
pub(crate) fn regions(server: &Server, key: &str, input: &Value) -> Answered {
    send(server, "POST", "/listRegions", &scope(key, "account"), input)
}

/// A control.
pub(crate) fn control(server: &Server, path: &str, body: &Value) -> Answered {
    send(server, "PUT", &format!("/_simulated/{path}"), "", body)
}

/// The code of an error of Organizations.
pub(crate) fn code(answered: &Answered) -> &str {
    answered.1["__type"].as_str().unwrap_or_default()
}

fn scope(key: &str, service: &str) -> String {
    format!("authorization: AWS4-HMAC-SHA256 Credential={key}/20261120/us-east-1/{service}/aws4_request\r\n")
}

fn send(server: &Server, method: &str, path: &str, headers: &str, body: &Value) -> Answered {
    let body = body.to_string();
    let mut stream = TcpStream::connect(server.address()).unwrap();
    let head = format!("{method} {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{headers}");
    write!(stream, "{head}content-length: {}\r\n\r\n{body}", body.len()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.split(' ').nth(1).unwrap().parse().unwrap(), serde_json::from_str(body).unwrap())
}
