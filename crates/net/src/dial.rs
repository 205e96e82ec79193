//! Why a dial failed, in words a person can act on.

use std::error::Error;
use std::io;

use libp2p::core::transport::TransportError;
use libp2p::swarm::DialError;

use crate::event::DialReason;
use crate::gate::Stranger;
use crate::knock::NotKnown;
use crate::tcp::Unreached;

/// Translates libp2p's error.
pub(crate) fn reason(error: &DialError) -> DialReason {
    match error {
        // libp2p takes our own listening addresses out before it dials; then none is left.
        DialError::LocalPeerId { .. } | DialError::NoAddresses => DialReason::Myself,
        DialError::Denied { cause } if is_stranger(cause) => DialReason::NotAMember,
        DialError::Transport(attempts) => attempts
            .iter()
            .map(|(_, error)| transport_reason(error))
            .min_by_key(rank)
            .unwrap_or(DialReason::Unreachable),
        other => DialReason::Other(other.to_string()),
    }
}

/// Of several addresses the reason that says most is told.
fn rank(reason: &DialReason) -> u8 {
    match reason {
        DialReason::NoSpaceShared => 0,
        DialReason::NotSkein => 1,
        DialReason::Refused => 2,
        DialReason::TimedOut => 3,
        _ => 4,
    }
}

fn is_stranger(cause: &(dyn Error + 'static)) -> bool {
    chain(cause).any(|error| error.is::<Stranger>())
}

fn transport_reason(error: &TransportError<io::Error>) -> DialReason {
    let TransportError::Other(error) = error else {
        return DialReason::Unreachable;
    };
    if chain(error).any(|error| error.is::<NotKnown>()) {
        return DialReason::NoSpaceShared;
    }
    match chain(error).find_map(|error| error.downcast_ref::<Unreached>()) {
        Some(unreached) => unreached_reason(unreached.0),
        // TCP stood, the handshake failed: it said something else, hung up, or said nothing.
        None => DialReason::NotSkein,
    }
}

fn unreached_reason(kind: io::ErrorKind) -> DialReason {
    match kind {
        io::ErrorKind::ConnectionRefused | io::ErrorKind::ConnectionReset => DialReason::Refused,
        io::ErrorKind::TimedOut => DialReason::TimedOut,
        io::ErrorKind::PermissionDenied => {
            DialReason::Other("this computer's firewall does not allow a connection there".into())
        }
        // No route, no such interface, an address of the wrong kind: all mean this to a person.
        _ => DialReason::Unreachable,
    }
}

/// An error and everything under it. `io::Error` hides the error it was made from from `source`,
/// so that one is opened as well.
fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error: &&'a (dyn Error + 'static)| {
        let error: &'a (dyn Error + 'static) = *error;
        let inner = error
            .downcast_ref::<io::Error>()
            .and_then(io::Error::get_ref);
        match inner {
            Some(inner) => Some(inner as &(dyn Error + 'static)),
            None => error.source(),
        }
    })
}
