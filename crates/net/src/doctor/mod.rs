//! What this machine's network looks like, for whoever asks why nobody is found.
//!
//! Looks only when asked, with a deadline, and beside the network task: it opens sockets of its own and
//! closes them again. What it says are facts; what they mean is judged by the application.

mod interfaces;
mod multicast;

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::time::timeout;

pub use interfaces::{Interface, Kind, default_way, interfaces, way_to};
pub use multicast::{Multicast, Own};

use crate::config::DOCTOR_OWN_PORT;

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// Interfaces that are up.
    pub interfaces: Vec<Interface>,
    /// The interface by which everything leaves that no other route takes.
    pub default_way: Option<String>,
    /// Whether multicast goes out and comes in.
    pub multicast: Multicast,
    /// Whether our own port takes a connection from this same machine; none where that was not tried.
    pub own_port: Option<bool>,
}

/// Looks, for about `time`. Must be called inside the runtime, and never while the person is offline: it
/// opens sockets.
pub async fn look(port: Option<u16>, time: Duration) -> Facts {
    let interfaces = interfaces();
    let (multicast, own_port) = tokio::join!(
        multicast::listen(&interfaces, time),
        own_port(&interfaces, port)
    );
    Facts {
        default_way: default_way(&interfaces),
        interfaces,
        multicast,
        own_port,
    }
}

/// A connection from this machine to itself passes its packet filter like anybody's where the filter's
/// rule names the port; most filters let it through. So "no" says something, "yes" nothing.
async fn own_port(interfaces: &[Interface], port: Option<u16>) -> Option<bool> {
    let ours = interfaces.iter().filter(|one| one.kind == Kind::Ordinary);
    let own = ours
        .flat_map(|one| &one.addresses)
        .find(|ip| matches!(ip, IpAddr::V4(_)))?;
    let connecting = TcpStream::connect(SocketAddr::new(*own, port?));
    Some(matches!(
        timeout(DOCTOR_OWN_PORT, connecting).await,
        Ok(Ok(_))
    ))
}
