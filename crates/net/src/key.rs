//! Transport keys and libp2p peer ids: two spellings of one Ed25519 public key.

use libp2p::PeerId;
use libp2p::identity::{self, Keypair};

use skein_space::TransportKey;

use crate::config::TransportSeed;

/// The libp2p identity of a seed.
pub(crate) fn keypair(seed: &TransportSeed) -> Keypair {
    let mut bytes = seed.0;
    // Any 32 bytes are an Ed25519 seed; libp2p wipes the array it is given.
    Keypair::ed25519_from_bytes(&mut bytes).expect("32 bytes are a valid Ed25519 seed")
}

/// The peer id of a transport key; `None` for 32 bytes that are no curve point.
pub(crate) fn peer_id(key: &TransportKey) -> Option<PeerId> {
    let public = identity::ed25519::PublicKey::try_from_bytes(&key.0).ok()?;
    Some(PeerId::from_public_key(&identity::PublicKey::from(public)))
}

/// The transport key inside a peer id; `None` for a peer whose key is not Ed25519.
pub(crate) fn transport_key(peer: &PeerId) -> Option<TransportKey> {
    let hash = peer.as_ref();
    // Code 0 is the identity hash: the digest is the protobuf of the key itself.
    if hash.code() != 0 {
        return None;
    }
    let public = identity::PublicKey::try_decode_protobuf(hash.digest()).ok()?;
    Some(TransportKey(public.try_into_ed25519().ok()?.to_bytes()))
}
