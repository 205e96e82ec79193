//! Three people with telling names in one space, and all that nobody else may hear of them.

use data_encoding::{BASE32_NOPAD, HEXLOWER};
use skein_integration::needles::Needles;
use skein_integration::network::{Host, Network};
use skein_integration::peer::{Peer, database};
use skein_integration::person::{Person, asks};
use skein_integration::writer::Writer;
use skein_space::{Root, SpaceSecret};
use skein_store::Store;
use std::time::Duration;

/// Who takes part.
pub const PEOPLE: [&str; 3] = [
    "Annabeth Quillfeather",
    "Benedikt Morgenroth",
    "Corazon Vandermeer",
];
/// Their space.
pub const SPACE: &str = "Zirkonium council";
/// Their note.
pub const TITLE: &str = "Sperlingsgasse rent";
/// What every word in it begins with.
pub const WORD: &str = "geheimnis";
/// The greeting of whoever is called, and the knock of whoever calls (crates/net, `knock`).
pub const GREETING_BYTES: usize = 16;
pub const KNOCK_BYTES: usize = 16 + 24 * 16;
/// Silence lasts as long as a handshake may take, 5 s; more on a busy machine.
pub const SILENCE: Duration = Duration::from_secs(20);
/// Words each of them writes at once.
const WORDS: usize = 40;

/// Three people in one space, and who recorded all of it in either half of the switch.
pub struct Scene {
    /// The people; the first is the owner.
    pub people: Vec<Peer>,
    /// The space.
    pub space: String,
    /// The note in it.
    pub note: String,
    /// Tickets that were made.
    pub tickets: Vec<String>,
    /// Every word that was called saved.
    pub words: Vec<String>,
}

impl Scene {
    /// Ana's space, with Ben in it by a ticket.
    pub fn two(network: &Network) -> Scene {
        let mut ana = Peer::new(network.host("ana"), PEOPLE[0]);
        let mut ben = Peer::new(network.host("ben"), PEOPLE[1]);
        ana.start(&[]);
        ben.start(&[]);
        let space = ana.text_of(&["space", "new", SPACE], "space");
        let ticket = ana.text_of(&["space", "invite", &space], "ticket");
        ben.json(&["space", "join", &ticket]);
        let make = ["note", "new", "--title", TITLE, "--space", &space];
        let note = ana.text_of(&make, "note");
        ana.wait_equal(1);
        Scene {
            people: vec![ana, ben],
            space,
            note,
            tickets: vec![ticket],
            words: Vec::new(),
        }
    }

    /// One more, by four pictures.
    pub fn joins_nearby(&mut self, host: Host, person: &str) {
        let mut guest = Peer::new(host, person);
        guest.start(&[]);
        let ana = &self.people[0];
        let invite = ["space", "invite", &self.space, "--nearby"];
        let mut inviting = Person::types(ana, &invite);
        let (mut asking, shown) = asks(&guest);
        let asked = inviting.sees("asking");
        let rows = asked["rows"].as_array().expect("rows");
        let right = rows.iter().position(|row| *row == shown["pictures"]);
        let row = right.expect("one is on the other screen") + 1;
        inviting.running.say(&row.to_string());
        inviting.sees("joined");
        asking.sees("welcomed");
        asking.running.say("yes");
        assert_eq!(asking.result()["name"], SPACE);
        assert_eq!(inviting.ends().code, Some(0));
        self.people.push(guest);
    }

    /// These write at once; then they wait until they and as many others as are there hold the same.
    pub fn write(&mut self, who: &[usize], tag: &str) {
        let writers: Vec<Writer> = who
            .iter()
            .map(|at| {
                let tag = format!("{WORD}{tag}{at}x");
                Writer::start(&self.people[*at], &self.note, &tag, WORDS, &[])
            })
            .collect();
        self.words
            .extend(writers.into_iter().flat_map(Writer::finish));
        for at in who {
            self.people[*at].wait_equal(who.len() - 1);
        }
    }

    /// Everything that a listener must not have heard. Reads the profiles, so nothing may run on them.
    pub fn needles(&self) -> Needles {
        let mut needles = Needles::default();
        for person in PEOPLE {
            for name in person.split(' ') {
                needles.text(name, name);
            }
        }
        for text in ["laptop", "Zirkonium", "council", "Sperlingsgasse", WORD] {
            needles.text(text, text);
        }
        let hex = |text: &str| HEXLOWER.decode(text.as_bytes()).expect("hex");
        needles.bytes("the space's id", &hex(&self.space));
        needles.bytes("the note's id", &hex(&self.note));
        for ticket in &self.tickets {
            let text = ticket.trim_start_matches("SKEIN1-").replace('-', "");
            let bytes = BASE32_NOPAD.decode(text.to_uppercase().as_bytes());
            // After version, space, key and secret come addresses, and those everybody sees.
            needles.bytes("a ticket", &bytes.expect("a ticket")[..1 + 16 + 32 + 32]);
        }
        for peer in &self.people {
            let name = peer.host.name();
            let secret = std::fs::read(peer.home.profile().join("root")).expect("a root");
            let root = Root::new(secret.try_into().expect("32 bytes"));
            needles.bytes(&format!("{name}'s root"), root.secret());
            needles.bytes(&format!("{name}'s device key"), &root.device_key().0);
            let transport = root.transport_key();
            needles.transport_key(&format!("{name}'s transport key"), &transport.0);
            for secret in secrets(peer) {
                needles.bytes(&format!("a secret {name} holds"), &secret);
                let topic = SpaceSecret::new(secret).topic();
                needles.bytes(&format!("a topic of {name}'s"), &topic.0);
            }
        }
        needles
    }
}

fn secrets(peer: &Peer) -> Vec<[u8; 32]> {
    let store = Store::open(database(&peer.home.profile())).expect("a database");
    let loaded = store.load().expect("it can be read");
    let rows = loaded.secrets.into_iter();
    let secrets: Vec<_> = rows.flat_map(|(_, row)| row.secrets).collect();
    assert!(!secrets.is_empty(), "it is in a space");
    secrets
}
