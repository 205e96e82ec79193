//! The knock: before Noise says who either side is, both show that they hold a secret of a common space.
//!
//! Noise shows the listener's identity to anybody who connects, and a device's transport key never
//! changes: without the knock whoever tries all addresses of a network could follow a laptop from
//! café to café. The listener begins with 16 random bytes; the dialler answers with 16 of its own
//! and [`config::KNOCK_PROOFS`] proofs, one per secret it holds, filled with random ones; the listener
//! that knows one of them answers with its own proof of it. All else gets silence until the
//! handshake's deadline. Who is let in is decided after Noise, by the gate.
//!
//! What it does not stop: somebody who stands between two members while they meet can pass the knock
//! on and take the conversation over, and then sees their transport keys (not what they say).

use std::io;
use std::sync::{Arc, PoisonError, RwLock};

use futures::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use skein_space::KnockKey;
use tokio::time::timeout;

use crate::config;

const NONCE_BYTES: usize = 16;
const PROOF_BYTES: usize = KnockKey::PROOF_BYTES;
const PROOFS_BYTES: usize = config::KNOCK_PROOFS * PROOF_BYTES;

/// Marks the failure of a dial whose other end greeted and then did not know us.
#[derive(Debug, thiserror::Error)]
#[error("what answers there shares no space with this device")]
pub(crate) struct NotKnown;

/// Carries the mark through layers that show only the source of what is inside an `io::Error`.
#[derive(Debug, thiserror::Error)]
#[error("knocking failed")]
struct Marked(#[source] NotKnown);

/// The secrets this device holds, as far as knocking needs them. Clones share them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Keyring(Arc<RwLock<Arc<Keys>>>);

#[derive(Debug, Default)]
struct Keys {
    current: Vec<KnockKey>,
    former: Vec<KnockKey>,
}

impl Keyring {
    /// Replaces them; connections that stand are not touched.
    pub(crate) fn replace(&self, current: Vec<KnockKey>, former: Vec<KnockKey>) {
        let keys = Arc::new(Keys { current, former });
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = keys;
    }

    fn keys(&self) -> Arc<Keys> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Keys {
    /// What a dialler shows: the current ones before the former ones; of too many another choice each time.
    fn offered(&self) -> Vec<&KnockKey> {
        let mut offered = Vec::new();
        for group in [&self.current, &self.former] {
            let room = config::KNOCK_PROOFS - offered.len();
            let skip = match group.len() > room {
                true => usize::from(u16::from_le_bytes(random())) % group.len(),
                false => 0,
            };
            offered.extend(group.iter().cycle().skip(skip).take(room.min(group.len())));
        }
        offered
    }

    fn all(&self) -> impl Iterator<Item = &KnockKey> {
        self.current.iter().chain(&self.former)
    }
}

/// Knocks on a fresh connection, as its dialler.
///
/// # Errors
/// Marked with [`NotKnown`] where the other end greeted and did not answer.
pub(crate) async fn dialler<S>(mut socket: S, keyring: &Keyring) -> io::Result<S>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut nonces = [0; 2 * NONCE_BYTES];
    socket.read_exact(&mut nonces[..NONCE_BYTES]).await?;
    nonces[NONCE_BYTES..].copy_from_slice(&random::<NONCE_BYTES>());
    let keys = keyring.keys();
    let offered = keys.offered();
    let mut proofs = random::<PROOFS_BYTES>();
    let places = proofs.as_chunks_mut::<PROOF_BYTES>().0;
    for (place, key) in places.iter_mut().zip(&offered) {
        *place = key.dialler(&nonces);
    }
    let mut said = nonces[NONCE_BYTES..].to_vec();
    said.extend_from_slice(&proofs);
    let mut answer = [0; PROOF_BYTES];
    let answered = async {
        socket.write_all(&said).await?;
        socket.flush().await?;
        socket.read_exact(&mut answer).await
    };
    let answered = timeout(config::HANDSHAKE_DEADLINE, answered).await;
    // Each proof is good for one connection, so how long a comparison takes teaches nobody anything.
    let known = offered.iter().any(|key| key.listener(&nonces) == answer);
    match answered {
        Ok(Ok(())) if known => Ok(socket),
        _ => Err(io::Error::new(
            io::ErrorKind::PermissionDenied,
            Marked(NotKnown),
        )),
    }
}

/// Waits for the knock on a fresh connection, as its listener. Who does not know a secret hears nothing: the
/// handshake's deadline closes the connection.
pub(crate) async fn listener<S>(mut socket: S, keyring: &Keyring) -> io::Result<S>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut nonces = [0; 2 * NONCE_BYTES];
    nonces[..NONCE_BYTES].copy_from_slice(&random::<NONCE_BYTES>());
    socket.write_all(&nonces[..NONCE_BYTES]).await?;
    socket.flush().await?;
    socket.read_exact(&mut nonces[NONCE_BYTES..]).await?;
    let mut proofs = [0; PROOFS_BYTES];
    socket.read_exact(&mut proofs).await?;
    let proofs = proofs.as_chunks::<PROOF_BYTES>().0;
    let keys = keyring.keys();
    let shared = keys
        .all()
        .find(|key| proofs.contains(&key.dialler(&nonces)));
    let Some(shared) = shared else {
        return std::future::pending().await;
    };
    socket.write_all(&shared.listener(&nonces)).await?;
    socket.flush().await?;
    Ok(socket)
}

fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system has random numbers");
    bytes
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use skein_space::SpaceSecret;
    use tokio::io::duplex;
    use tokio_util::compat::TokioAsyncReadCompatExt;

    use super::*;

    /// Stands for the handshake's deadline, which closes what waits.
    const PATIENCE: Duration = Duration::from_millis(300);

    fn ring(current: impl IntoIterator<Item = u8>, former: &[u8]) -> Keyring {
        let key = |number: u8| SpaceSecret::new([number; 32]).knock_key();
        let ring = Keyring::default();
        let current = current.into_iter().map(key).collect();
        ring.replace(current, former.iter().copied().map(key).collect());
        ring
    }

    /// Whether the dialler was let in; the listener's answer where it gave one.
    async fn met(dials: Keyring, listens: Keyring) -> (bool, bool) {
        let (one, other) = duplex(1024);
        let (one, other) = (one.compat(), other.compat());
        let heard = timeout(PATIENCE, listener(other, &listens));
        let (dialled, heard) = tokio::join!(dialler(one, &dials), heard);
        (dialled.is_ok(), heard.is_ok_and(|heard| heard.is_ok()))
    }

    #[tokio::test]
    async fn who_shares_a_secret_meets_also_a_former_one_and_nobody_else_does() {
        assert_eq!(met(ring([1], &[]), ring([2, 1], &[])).await, (true, true));
        assert_eq!(met(ring([1], &[]), ring([2], &[1])).await, (true, true));
        assert_eq!(met(ring([2], &[1]), ring([1], &[])).await, (true, true));
        assert_eq!(met(ring([1], &[]), ring([2], &[3])).await, (false, false));
        assert_eq!(met(ring([], &[]), ring([], &[])).await, (false, false));
    }

    #[tokio::test]
    async fn with_more_secrets_than_places_each_has_its_turn() {
        let mut times = 0;
        let listens = ring([7], &[]);
        while !met(ring(1..=60, &[]), listens.clone()).await.0 {
            times += 1;
            assert!(times < 100, "never shown");
        }
    }

    #[tokio::test]
    async fn a_stranger_hears_sixteen_bytes_and_no_more_whatever_it_says() {
        for said in [
            vec![0; 400],
            vec![0xff; 4000],
            b"GET / HTTP/1.1\r\n\r\n".to_vec(),
        ] {
            let (one, other) = duplex(8192);
            let mut one = one.compat();
            let keyring = ring([1], &[2]);
            let stranger = async {
                one.write_all(&said).await.expect("room");
                let mut heard = Vec::new();
                let _ = timeout(Duration::from_secs(60), one.read_to_end(&mut heard)).await;
                heard
            };
            let (_, heard) = tokio::join!(
                timeout(
                    config::HANDSHAKE_DEADLINE,
                    listener(other.compat(), &keyring)
                ),
                stranger
            );
            assert_eq!(heard.len(), NONCE_BYTES);
        }
    }

    #[tokio::test]
    async fn what_a_member_once_said_opens_nothing_again() {
        let keyring = ring([1], &[]);
        let (mut one, other) = duplex(1024);
        let record = async {
            use tokio::io::{AsyncReadExt, AsyncWriteExt};
            one.write_all(&[9; NONCE_BYTES]).await.expect("room");
            let mut said = vec![0; NONCE_BYTES + PROOFS_BYTES];
            one.read_exact(&mut said).await.expect("a knock");
            said
        };
        let (_, said) = tokio::join!(timeout(PATIENCE, dialler(other.compat(), &keyring)), record);
        let (one, other) = duplex(1024);
        let mut one = one.compat();
        one.write_all(&said).await.expect("room");
        let heard = timeout(
            config::HANDSHAKE_DEADLINE,
            listener(other.compat(), &keyring),
        )
        .await;
        assert!(heard.is_err(), "a replayed knock was taken");
    }
}
