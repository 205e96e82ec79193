//! Opening listening sockets, and what happens when the port is busy.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::TcpListener;

use crate::config::{self, Listen};

/// Connections the kernel keeps for us before we accept them.
const BACKLOG: i32 = 128;

/// Sockets that listen.
#[derive(Debug)]
pub(crate) struct Bound {
    pub(crate) listeners: Vec<TcpListener>,
    /// What each is bound to; wildcard addresses stay wildcards.
    pub(crate) addresses: Vec<SocketAddr>,
    /// The port that was asked for and busy.
    pub(crate) instead_of: Option<u16>,
}

impl Bound {
    /// No socket: this device only dials.
    pub(crate) fn none() -> Self {
        bound(Vec::new(), None)
    }
}

/// No socket could be opened.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// An address that was asked for by name is taken.
    #[error("{0} is used by another program")]
    Busy(SocketAddr),
    /// Anything else the system said.
    #[error("cannot listen on {0}: {1}")]
    Failed(SocketAddr, io::Error),
}

/// Opens the sockets. Must be called inside the runtime.
pub(crate) fn bind(listen: &Listen) -> Result<Bound, BindError> {
    match listen {
        Listen::Exactly(addresses) => exactly(addresses),
        Listen::Everywhere { port } => everywhere(*port),
    }
}

/// On every interface, at this port or none; 0 takes any.
pub(crate) fn everywhere_at(port: u16) -> Result<Bound, BindError> {
    if port == 0 {
        return everywhere(0);
    }
    Ok(bound(both_families(port)?, None))
}

fn exactly(addresses: &[SocketAddr]) -> Result<Bound, BindError> {
    let listeners = addresses
        .iter()
        .map(|address| open(*address))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(bound(listeners, None))
}

/// Both families at one port. IPv6 may be missing from the machine, IPv4 too; a port that is busy in
/// one of them counts as busy, because the other program would get half of our connections.
fn everywhere(wanted: u16) -> Result<Bound, BindError> {
    let mut busy = None;
    for attempt in 0..config::PORT_TRIES {
        let port = if attempt == 0 { wanted } else { 0 };
        match both_families(port) {
            Ok(listeners) => return Ok(bound(listeners, busy.filter(|_| wanted != 0))),
            Err(BindError::Busy(_)) => busy = Some(wanted),
            Err(failed) => return Err(failed),
        }
    }
    Err(BindError::Busy(SocketAddr::new(
        Ipv4Addr::UNSPECIFIED.into(),
        wanted,
    )))
}

fn both_families(port: u16) -> Result<Vec<TcpListener>, BindError> {
    let v4 = open(SocketAddr::new(Ipv4Addr::UNSPECIFIED.into(), port));
    if let Err(BindError::Busy(_)) = v4 {
        return v4.map(|listener| vec![listener]);
    }
    let port = v4
        .as_ref()
        .ok()
        .and_then(|listener| listener.local_addr().ok())
        .map_or(port, |bound| bound.port());
    let v6 = open(SocketAddr::new(Ipv6Addr::UNSPECIFIED.into(), port));
    match (v4, v6) {
        (_, Err(BindError::Busy(address))) => Err(BindError::Busy(address)),
        (Ok(v4), Ok(v6)) => Ok(vec![v4, v6]),
        (Ok(only), Err(_)) | (Err(_), Ok(only)) => Ok(vec![only]),
        (Err(failed), Err(_)) => Err(failed),
    }
}

fn bound(listeners: Vec<TcpListener>, instead_of: Option<u16>) -> Bound {
    let addresses = listeners
        .iter()
        .filter_map(|listener| listener.local_addr().ok())
        .collect();
    Bound {
        listeners,
        addresses,
        instead_of,
    }
}

fn open(address: SocketAddr) -> Result<TcpListener, BindError> {
    try_open(address).map_err(|error| match error.kind() {
        io::ErrorKind::AddrInUse => BindError::Busy(address),
        _ => BindError::Failed(address, error),
    })
}

fn try_open(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(
        Domain::for_address(address),
        Type::STREAM,
        Some(Protocol::TCP),
    )?;
    if address.is_ipv6() {
        socket.set_only_v6(true)?;
    }
    // Lets a restart take its port although old connections linger. On Windows the option means
    // something else: sharing the port with whoever asks.
    #[cfg(unix)]
    socket.set_reuse_address(true)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    TcpListener::from_std(socket.into())
}
