//! Messages of a pairing, on their own and within an exchange that only the right ones may finish.

use skein_space::config::{MAX_ADMISSION, MAX_BEFORE_PROOF};
use skein_space::{Admission, Inviter, Joiner, PairingMessage, Reason, Role, SpaceSecret};
use std::sync::{Arc, OnceLock};

use super::Target;
use super::ticket::ticket;
use crate::bounded::{accepted, bounded};
use crate::cast::{root, roster, space};

const PEERS: [&[u8]; 2] = [b"peer id of the joiner", b"peer id of the inviter"];

pub const PAIRING: Target = Target {
    name: "pairing",
    run: pairing,
    seeds,
    words: &[],
};

fn pairing(input: &[u8]) {
    let Ok(message) = bounded(input.len(), 4, || PairingMessage::decode(input)) else {
        return;
    };
    accepted();
    assert_eq!(
        message.encode().as_deref(),
        Ok(input),
        "written as it was read"
    );
    if matches!(message, PairingMessage::Admit(_)) {
        assert!(input.len() <= MAX_ADMISSION);
    } else {
        assert!(input.len() <= MAX_BEFORE_PROOF);
        let longer = [input, &[0]].concat();
        assert!(
            PairingMessage::decode(&longer).is_err(),
            "a byte more is refused"
        );
    }
    as_inviter(&message);
    as_joiner(&message);
}

/// An exchange up to its end, as both sides see it.
struct Good {
    ask: PairingMessage,
    nonce: PairingMessage,
    proof: PairingMessage,
    admit: PairingMessage,
    away: PairingMessage,
}

fn good() -> &'static Good {
    static GOOD: OnceLock<Good> = OnceLock::new();
    GOOD.get_or_init(|| {
        let (mut joiner, ask) = joiner();
        let (mut inviter, nonce) = inviter(&ask).expect("our own ticket");
        let proof = joiner.on_nonce(&nonce).expect("a nonce");
        inviter.on_proof(&proof).expect("our own proof");
        let admission = admission().encode().expect("it fits");
        let admit = inviter.admit(admission).expect("after the proof");
        let away = inviter.turn_away(Reason::Used).expect("after the proof");
        Good {
            ask,
            nonce,
            proof,
            admit,
            away,
        }
    })
}

/// What the second device is handed.
pub(super) fn admission() -> Admission {
    Admission {
        entries: roster().into_iter().map(Arc::new).collect(),
        label: skein_space::SecretLabel([8; 32]),
        secret: SpaceSecret::new([9; 32]),
        space_name: "Team".into(),
        role: Role::Editor,
        transport: root(1).transport_key(),
        addresses: vec!["/ip4/192.0.2.1/tcp/5000".into()],
    }
}

fn joiner() -> (Joiner, PairingMessage) {
    let [mine, theirs] = PEERS;
    Joiner::start(
        ticket(),
        &root(2),
        [1; 32],
        mine,
        theirs,
        "Person 2",
        "laptop",
    )
    .expect("somebody else's ticket")
}

fn inviter(ask: &PairingMessage) -> Result<(Inviter, PairingMessage), skein_space::PairingError> {
    let [theirs, mine] = PEERS;
    Inviter::start(
        &root(1),
        space(),
        &ticket().secret,
        ask,
        [2; 32],
        mine,
        theirs,
    )
}

fn as_inviter(message: &PairingMessage) {
    if let Ok((mut inviter, _)) = inviter(message) {
        // Whoever asks with the ticket's id gets a nonce, and nothing without the proof.
        assert!(inviter.admit(Vec::new()).is_err() && inviter.turn_away(Reason::Used).is_err());
        let proven = inviter.on_proof(&good().proof);
        assert_eq!(
            proven.is_ok(),
            *message == good().ask,
            "a proof is for one question"
        );
    }
    let (mut inviter, _) = inviter(&good().ask).expect("the right question");
    let proven = inviter.on_proof(message);
    assert_eq!(
        proven.is_ok(),
        *message == good().proof,
        "only the right proof passes"
    );
}

fn as_joiner(message: &PairingMessage) {
    let (mut joiner, _) = joiner();
    assert!(
        joiner.on_admission(message).is_err(),
        "nothing before the nonce"
    );
    joiner.on_nonce(&good().nonce).expect("the right nonce");
    match joiner.on_admission(message) {
        Ok(admitted) => {
            assert_eq!(*message, good().admit, "only the right admission passes");
            assert_eq!(admitted.space, space());
        }
        Err(skein_space::PairingError::Used) => assert_eq!(*message, good().away),
        Err(error) => assert_ne!(error, skein_space::PairingError::Expired, "nobody said so"),
    }
}

fn seeds() -> Vec<Vec<u8>> {
    let Good {
        ask,
        nonce,
        proof,
        admit,
        away,
    } = good();
    let ours = [ask, nonce, proof, admit, away].map(|message| message.encode().expect("it fits"));
    let mut seeds = ours.to_vec();
    seeds.push(include_bytes!("../../../data/golden/ticket/proof.bin").to_vec());
    seeds.push(include_bytes!("../../../data/golden/ticket/turned-away.bin").to_vec());
    seeds
}
