//! Load balancers that a test sets up.

use super::{Listener, classic};
use crate::Aws;

/// An Application or Network Load Balancer.
#[derive(Debug, Clone)]
pub struct LoadBalancer {
    pub(super) name: String,
    /// As in its ARN.
    pub(super) kind: &'static str,
    pub(super) listeners: Vec<Listener>,
}

impl LoadBalancer {
    /// An Application Load Balancer without listeners.
    pub fn application(name: &str) -> Self {
        Self { name: name.to_owned(), kind: "app", listeners: Vec::new() }
    }

    /// A Network Load Balancer without listeners.
    pub fn network(name: &str) -> Self {
        Self { kind: "net", ..Self::application(name) }
    }

    /// With a listener that has no certificate: HTTP or TCP.
    #[must_use]
    pub fn plain(self, port: u16) -> Self {
        let protocol = if self.kind == "app" { "HTTP" } else { "TCP" };
        self.with(port, protocol, Vec::new())
    }

    /// With a listener that has certificates, HTTPS or TLS: the default one, and those of its list (SNI).
    #[must_use]
    pub fn secure(self, port: u16, default: &str, list: &[&str]) -> Self {
        let protocol = if self.kind == "app" { "HTTPS" } else { "TLS" };
        let certificates = [default].iter().chain(list).map(|arn| (*arn).to_owned()).collect();
        self.with(port, protocol, certificates)
    }

    fn with(mut self, port: u16, protocol: &'static str, certificates: Vec<String>) -> Self {
        self.listeners.push(Listener { arn: String::new(), port, protocol, certificates });
        self
    }
}

impl Aws {
    /// A load balancer is there from now on; its ARN.
    pub fn create_load_balancer(&self, mut load_balancer: LoadBalancer) -> String {
        let mut state = self.state();
        let (kind, name) = (load_balancer.kind, load_balancer.name.clone());
        let id = format!("{kind}/{name}/{:016x}", state.next_number());
        for listener in &mut load_balancer.listeners {
            let number = state.next_number();
            listener.arn = state.arn("elasticloadbalancing", &format!("listener/{id}/{number:016x}"));
        }
        let arn = state.arn("elasticloadbalancing", &format!("loadbalancer/{id}"));
        state.load_balancers.load_balancers.insert(arn.clone(), load_balancer);
        arn
    }

    /// A classic load balancer is there from now on, with an HTTPS listener for each of these certificates, of ACM or IAM.
    pub fn create_classic_load_balancer(&self, name: &str, certificates: &[&str]) {
        let certificates = certificates.iter().map(|arn| (*arn).to_owned()).collect();
        let load_balancer = classic::LoadBalancer { certificates };
        self.state().load_balancers.classic.insert(name.to_owned(), load_balancer);
    }
}
