//! Messages of a ceremony, on their own and as each side meets them at each step.

use std::sync::OnceLock;

use skein_space::ceremony::{CeremonyMessage, Decline, Grant, Guest, Host, Offer, Picked};
use skein_space::config::{MAX_ADMISSION, MAX_BEFORE_PROOF};
use skein_space::{InvitationId, PairingError, Role};

use super::Target;
use super::pairing::admission;
use crate::bounded::{accepted, bounded};
use crate::cast::{root, space};

const PEERS: [&[u8]; 2] = [b"peer id of the guest", b"peer id of the host"];

pub const CEREMONY: Target = Target {
    name: "ceremony",
    run: ceremony,
    seeds,
    words: &[],
};

fn ceremony(input: &[u8]) {
    let Ok(message) = bounded(input.len(), 4, || CeremonyMessage::decode(input)) else {
        return;
    };
    accepted();
    assert_eq!(
        message.encode().as_deref(),
        Ok(input),
        "written as it was read"
    );
    if matches!(message, CeremonyMessage::Welcome(_)) {
        assert!(input.len() <= MAX_ADMISSION);
    } else {
        assert!(input.len() <= MAX_BEFORE_PROOF);
        let longer = [input, &[0]].concat();
        assert!(
            CeremonyMessage::decode(&longer).is_err(),
            "a byte more is refused"
        );
    }
    as_host(&message);
    as_guest(&message);
}

/// An exchange up to its end, as both sides see it.
struct Good {
    call: CeremonyMessage,
    offer: CeremonyMessage,
    commit: CeremonyMessage,
    nonce: CeremonyMessage,
    reveal: CeremonyMessage,
    proof: CeremonyMessage,
    welcome: CeremonyMessage,
}

fn offer() -> Offer {
    Offer {
        invitation: InvitationId([3; 16]),
        grant: Grant::Space {
            space: space(),
            name: "Team".into(),
            role: Role::Editor,
        },
        device: root(1).device_key(),
        transport: root(1).transport_key(),
        person: "Person 1".into(),
        device_name: "laptop".into(),
    }
}

fn host(call: &CeremonyMessage) -> Result<(Host, CeremonyMessage), PairingError> {
    let [theirs, mine] = PEERS;
    Host::start(&root(1), offer(), call, mine, theirs)
}

/// A guest that knows the offer and asked.
fn asked() -> (Guest, CeremonyMessage) {
    let [mine, theirs] = PEERS;
    let (mut guest, _) = Guest::start(&root(2), mine, theirs);
    guest
        .on_offer(&CeremonyMessage::Offer(offer()))
        .expect("somebody else's");
    let commit = guest
        .ask([1; 32], "Person 2", "laptop")
        .expect("short names");
    (guest, commit)
}

/// Different bits each time.
fn bits() -> impl FnMut() -> u32 {
    let mut last = 1u32;
    move || {
        last = last.wrapping_mul(747_796_405).wrapping_add(2_891_336_453);
        last
    }
}

fn good() -> &'static Good {
    static GOOD: OnceLock<Good> = OnceLock::new();
    GOOD.get_or_init(|| {
        let (mut host, offer) = host(&CeremonyMessage::Call).expect("a call");
        let (mut guest, commit) = asked();
        let nonce = host.on_commit(&commit, [2; 32]).expect("somebody else");
        let reveal = guest.on_nonce(&nonce).expect("a nonce");
        let (proof, question) = host.on_reveal(&reveal, &mut bits()).expect("our own");
        let row = guest.on_countersign(&proof).expect("our own");
        let right = question.rows.iter().position(|other| *other == row);
        assert!(matches!(host.pick(right), Ok(Picked::Right(_))));
        let admission = admission().encode().expect("it fits");
        let welcome = host.welcome(vec![admission]).expect("after the pick");
        Good {
            call: CeremonyMessage::Call,
            offer,
            commit,
            nonce,
            reveal,
            proof,
            welcome,
        }
    })
}

fn as_host(message: &CeremonyMessage) {
    let good = good();
    assert_eq!(host(message).is_ok(), *message == good.call);
    let (mut early, _) = host(&good.call).expect("a call");
    if early.on_commit(message, [2; 32]).is_ok() {
        // Whoever commits gets a nonce; only who committed to this may reveal it.
        let shown = early.on_reveal(&good.reveal, &mut bits());
        assert_eq!(shown.is_ok(), *message == good.commit);
    }
    let (mut host, _) = host(&good.call).expect("a call");
    host.on_commit(&good.commit, [2; 32])
        .expect("somebody else");
    let shown = host.on_reveal(message, &mut bits());
    assert_eq!(
        shown.is_ok(),
        *message == good.reveal,
        "nobody changes their mind"
    );
    assert!(host.welcome(Vec::new()).is_err(), "nobody picked");
}

fn as_guest(message: &CeremonyMessage) {
    let good = good();
    let [mine, theirs] = PEERS;
    let (mut guest, _) = Guest::start(&root(2), mine, theirs);
    if let Ok(offer) = guest.on_offer(message) {
        assert_eq!(*message, CeremonyMessage::Offer(offer));
    }
    let (mut guest, _) = asked();
    assert_eq!(
        guest.on_nonce(message).is_ok(),
        matches!(message, CeremonyMessage::Nonce(_))
    );
    let (mut guest, _) = asked();
    guest.on_nonce(&good.nonce).expect("the right nonce");
    assert_eq!(
        guest.on_countersign(message).is_ok(),
        *message == good.proof,
        "pictures only for who proved its keys"
    );
    let (mut guest, _) = asked();
    guest.on_nonce(&good.nonce).expect("the right nonce");
    guest.on_countersign(&good.proof).expect("the right proof");
    match guest.on_welcome(message) {
        Ok(admitted) => {
            assert_eq!(*message, good.welcome, "only the right admission passes");
            let spaces: Vec<_> = admitted.iter().map(|one| one.space).collect();
            assert_eq!(spaces, [space()]);
        }
        Err(PairingError::Declined(why)) => {
            assert_eq!(*message, CeremonyMessage::Declined(why));
        }
        Err(_) => assert_ne!(*message, good.welcome),
    }
}

fn seeds() -> Vec<Vec<u8>> {
    let Good {
        call,
        offer,
        commit,
        nonce,
        reveal,
        proof,
        welcome,
    } = good();
    let no = CeremonyMessage::Declined(Decline::Busy);
    let ours = [call, offer, commit, nonce, reveal, proof, welcome, &no];
    let ours = ours.map(|message| message.encode().expect("it fits"));
    let mut seeds = ours.to_vec();
    seeds.push(include_bytes!("../../../data/golden/ceremony/reveal.bin").to_vec());
    seeds.push(include_bytes!("../../../data/golden/ceremony/welcome.bin").to_vec());
    // Of an own device: many spaces.
    seeds.push(include_bytes!("../../../data/golden/ceremony/own_offer.bin").to_vec());
    seeds.push(include_bytes!("../../../data/golden/ceremony/own_reveal.bin").to_vec());
    seeds.push(include_bytes!("../../../data/golden/ceremony/own_welcome.bin").to_vec());
    seeds
}
