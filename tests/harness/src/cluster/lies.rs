//! What lying members say. A liar's engine is honest; beside it the liar signs chains of its own under other
//! incarnations and puts them on its streams and on gossip.

use std::sync::Arc;

use rand::{Rng, RngCore};
use skein_note::{Block, Writer, gate};
use skein_space::{
    Chain, Draft, Entry, EntryHash, EntryRef, Incarnation, Kind, Log, Nonce, NoteId, Root,
    SessionPayload, client_id,
};
use skein_sync::frame::Frame as Message;

use super::{Cluster, chance};
use crate::plan::{Lie, Part};

/// Tiny edits of one flood.
const TINY: usize = 150;

/// Ranges of one giant delete set.
const RANGES: u64 = 20_000;

/// A chain that a liar writes beside its engine's.
struct SideChain {
    chain: Chain,
    seq: u64,
    prev: EntryHash,
    root: Root,
    wall_ms: i64,
}

impl SideChain {
    /// Seals the next entry.
    fn next(
        &mut self,
        kind: Kind,
        note: NoteId,
        session: u64,
        deps: Vec<EntryRef>,
        payload: Vec<u8>,
    ) -> Arc<Entry> {
        let draft = Draft {
            chain: self.chain,
            seq: self.seq + 1,
            prev: self.prev,
            kind,
            note,
            session,
            deps,
            wall_ms: self.wall_ms,
        };
        let entry =
            Entry::seal(&self.root.signer(), draft, payload).expect("sound but for its content");
        self.seq += 1;
        self.prev = entry.hash();
        Arc::new(entry)
    }
}

/// A session on a side chain.
struct Session {
    side: SideChain,
    note: NoteId,
    first: u64,
    client: u64,
    writer: Writer,
    said: Vec<Arc<Entry>>,
}

impl Session {
    fn edit(&mut self, deps: Vec<EntryRef>, payload: Vec<u8>) -> Arc<Entry> {
        let entry = self
            .side
            .next(Kind::Edit, self.note, self.first, deps, payload);
        self.said.push(Arc::clone(&entry));
        entry
    }

    fn typed(&mut self, text: &str) -> Vec<u8> {
        let mut number = 0;
        let mut ids = || {
            number += 1;
            format!("evil-{:x}-{number:04}", self.client)
        };
        let block = Block::text_block(ids(), "p", text);
        self.writer.append_blocks(&[block]).expect("a sound block")
    }
}

impl Cluster {
    pub(super) fn lie(&mut self, lie: Lie, pick: u64) {
        let wanted = match lie {
            Lie::WrongRole => Part::LyingViewer,
            _ => Part::Liar,
        };
        let liar = (0..self.devices.len()).find(|device| self.devices[*device].part == wanted);
        let Some(liar) = liar.filter(|liar| self.is_up(*liar) && self.devices[*liar].joined) else {
            return;
        };
        let name = name(lie);
        self.fire(name);
        let note = self.notes[pick as usize % self.notes.len()];
        match lie {
            Lie::ForgedSignature => self.forge(liar, note, name),
            Lie::WrongRole | Lie::Stranger => self.without_right(liar, note, lie, name),
            Lie::WrongClient | Lie::Poison => self.poison(liar, note, lie, name),
            Lie::WrongSeq | Lie::WrongPrev => self.out_of_line(liar, note, lie, name),
            Lie::Fork => self.fork(liar, note),
            Lie::SameNonce => self.same_nonce(liar, note),
            Lie::Replay => self.replay(liar),
            Lie::GiantDeletes => self.giant_deletes(liar, pick),
            Lie::UnknownBelow128 => {
                let bait = self.bait[0];
                self.unknown_kind(liar, bait, 77);
            }
            Lie::UnknownAbove128 => self.unknown_kind(liar, note, 200),
            Lie::UnknownBlock => self.unknown_block(liar, note),
            Lie::TinyEntries => self.flood(liar, note, TINY),
            Lie::OnRefused => self.on_refused(liar, note, name),
            Lie::Rubbish => self.rubbish(liar),
        }
    }

    /// A new chain of this root.
    fn side_chain(&mut self, root: Root) -> SideChain {
        SideChain {
            chain: Chain {
                space: self.space,
                device: root.device_key(),
                incarnation: Incarnation(chance::bytes(&mut self.rng)),
                log: Log::Notes,
            },
            seq: 0,
            prev: EntryHash([0; 32]),
            root,
            wall_ms: self.rng.random(),
        }
    }

    /// What a liar's engine would name: the roster, and the note as it shows it.
    fn frontier(&self, liar: usize, note: NoteId) -> Vec<EntryRef> {
        let Some(process) = &self.devices[liar].process else {
            return Vec::new();
        };
        let roster = process.engine.roster(self.space);
        let mut deps = roster
            .map(skein_space::Roster::frontier)
            .unwrap_or_default();
        if let Some(row) = process.engine.row(self.space, note) {
            deps.extend(&row.frontier);
        }
        deps
    }

    /// Opens a session on a new side chain, as soundly as an honest device would.
    fn session(&mut self, liar: usize, root: Root, note: NoteId, nonce: Nonce) -> Option<Session> {
        let mut side = self.side_chain(root);
        let deps = self.frontier(liar, note);
        let space = self.space;
        let process = self.devices[liar].process.as_mut()?;
        let state = process
            .engine
            .note(&process.held, space, note)
            .ok()??
            .state();
        let client = client_id(&side.chain.device, &note, &nonce)?;
        let entry = side.next(
            Kind::Session,
            note,
            0,
            deps,
            SessionPayload { nonce }.encode(),
        );
        Some(Session {
            first: side.seq,
            side,
            note,
            client,
            writer: Writer::new(client, &state).ok()?,
            said: vec![entry],
        })
    }

    fn own_session(&mut self, liar: usize, note: NoteId) -> Option<Session> {
        let nonce = Nonce(chance::bytes(&mut self.rng));
        let root = self.devices[liar].root.clone();
        self.session(liar, root, note, nonce)
    }

    /// Puts entries on streams to the chosen devices and on gossip.
    fn say(&mut self, liar: usize, entries: &[Arc<Entry>], to: impl Fn(usize) -> bool) {
        let life = self.life(liar);
        let streams: Vec<_> = self
            .net
            .sides
            .iter()
            .filter(|(_, side)| side.life == life && side.up && !side.ended && to(side.peer))
            .map(|(id, _)| *id)
            .collect();
        for entry in entries {
            let (kind, body) = Message::Entry(Arc::clone(entry)).encode();
            for stream in &streams {
                self.put_on_way(*stream, kind, body.clone());
            }
        }
    }

    fn say_to_all(&mut self, liar: usize, entries: &[Arc<Entry>]) {
        self.say(liar, entries, |_| true);
        for entry in entries {
            let (kind, body) = Message::Entry(Arc::clone(entry)).encode();
            let space = self.space;
            self.gossip(liar, space, kind, &body);
        }
    }

    fn forge(&mut self, liar: usize, note: NoteId, name: &'static str) {
        let honest = self.honest();
        let victim = honest[self.rng.random_range(0..honest.len())];
        let root = self.devices[victim].root.clone();
        let key = root.device_key();
        let Some(process) = &self.devices[liar].process else {
            return;
        };
        let tips = process.engine.tips(self.space);
        let own = tips
            .into_iter()
            .find(|(chain, _)| chain.device == key && chain.log == Log::Notes);
        let mut side = self.side_chain(root);
        if let Some((chain, tip)) = own {
            (side.chain, side.seq, side.prev) = (chain, tip.seq, tip.hash);
        }
        let deps = self.frontier(liar, note);
        let payload = SessionPayload {
            nonce: Nonce(chance::bytes(&mut self.rng)),
        };
        let true_one = side.next(Kind::Session, note, 0, deps, payload.encode());
        let mut sig = *true_one.sig();
        sig[self.rng.random_range(0..64)] ^= 1 << self.rng.random_range(0..8);
        let forged = Entry::from_parts(true_one.header().clone(), true_one.payload().to_vec(), sig);
        let forged = Arc::new(forged.expect("only its signature is wrong"));
        self.ledger.never_held.insert(forged.hash(), name);
        self.say_to_all(liar, &[forged]);
    }

    fn without_right(&mut self, liar: usize, note: NoteId, lie: Lie, name: &'static str) {
        let root = match lie {
            Lie::Stranger => Root::new(chance::bytes(&mut self.rng)),
            _ => self.devices[liar].root.clone(),
        };
        let nonce = Nonce(chance::bytes(&mut self.rng));
        let Some(mut session) = self.session(liar, root, note, nonce) else {
            return;
        };
        let letter = self.ledger.fresh();
        self.ledger.poison.insert(letter, name);
        let payload = session.typed(&letter.to_string());
        session.edit(Vec::new(), payload);
        for entry in &session.said {
            self.ledger.never_held.insert(entry.hash(), name);
        }
        self.say_to_all(liar, &session.said);
    }

    /// An edit the gate refuses, and after it one that it would take.
    fn poison(&mut self, liar: usize, note: NoteId, lie: Lie, name: &'static str) {
        let Some(mut session) = self.own_session(liar, note) else {
            return;
        };
        let letter = self.ledger.fresh();
        let sound = session.typed(&letter.to_string());
        let bad = match lie {
            Lie::WrongClient => {
                let other = client_id(
                    &self.devices[0].root.device_key(),
                    &note,
                    &Nonce(chance::bytes(&mut self.rng)),
                );
                let mut writer = Writer::new(other.unwrap_or(1), &[0, 0]).expect("an empty note");
                writer
                    .create("evil-block-0001")
                    .expect("an empty note takes a block")
            }
            _ if self.rng.random() => {
                let mut bytes = vec![0; self.rng.random_range(0..200)];
                self.rng.fill_bytes(&mut bytes);
                bytes
            }
            _ => {
                let mut bytes = sound.clone();
                let at = self.rng.random_range(0..bytes.len());
                bytes[at] ^= 1 << self.rng.random_range(0..8);
                bytes
            }
        };
        // Some of it passes the gate, and may name what nobody has; that is another story.
        let bad = match gate::check(&bad, session.client, 0) {
            Ok(_) => vec![255; 3],
            Err(_) => bad,
        };
        let entry = session.edit(Vec::new(), bad);
        self.ledger.refused.insert(entry.hash(), name);
        self.ledger.poison.insert(letter, name);
        let after = session.edit(Vec::new(), sound);
        self.ledger.refused.insert(after.hash(), name);
        self.say_to_all(liar, &session.said);
    }

    fn out_of_line(&mut self, liar: usize, note: NoteId, lie: Lie, name: &'static str) {
        let Some(mut session) = self.own_session(liar, note) else {
            return;
        };
        let letter = self.ledger.fresh();
        self.ledger.poison.insert(letter, name);
        let payload = session.typed(&letter.to_string());
        if lie == Lie::WrongSeq {
            session.side.seq += 4;
        }
        session.side.prev = EntryHash(chance::bytes(&mut self.rng));
        let entry = session.edit(Vec::new(), payload);
        self.ledger.never_held.insert(entry.hash(), name);
        self.say_to_all(liar, &session.said);
    }

    /// Two edits for one place, one to each half of the others, and both built upon.
    fn fork(&mut self, liar: usize, note: NoteId) {
        let Some(mut session) = self.own_session(liar, note) else {
            return;
        };
        let (seq, prev) = (session.side.seq, session.side.prev);
        let both = [self.ledger.fresh_text(1), self.ledger.fresh_text(1)];
        let first = session.typed(&both[0]);
        let one = session.edit(Vec::new(), first);
        (session.side.seq, session.side.prev) = (seq, prev);
        let mut twin = Writer::new(session.client, &[0, 0]).expect("an empty note");
        let second = twin
            .append_blocks(&[Block::text_block("evil-block-0002", "p", &both[1])])
            .expect("a sound block");
        let other = session.edit(Vec::new(), second);
        let opened = Arc::clone(&session.said[0]);
        self.say(liar, &[Arc::clone(&opened), one], |peer| peer % 2 == 0);
        self.say(liar, &[opened, other], |peer| peer % 2 == 1);
    }

    fn same_nonce(&mut self, liar: usize, note: NoteId) {
        let nonce = Nonce(chance::bytes(&mut self.rng));
        for half in 0..2 {
            let root = self.devices[liar].root.clone();
            let Some(mut session) = self.session(liar, root, note, nonce) else {
                return;
            };
            let text = self.ledger.fresh_text(1);
            let payload = session.typed(&text);
            session.edit(Vec::new(), payload);
            self.say(liar, &session.said, |peer| peer % 2 == half);
        }
    }

    fn replay(&mut self, liar: usize) {
        let Some(process) = &self.devices[liar].process else {
            return;
        };
        let reader = process.held.reader();
        let tips = process.engine.tips(self.space);
        let mut entries = Vec::new();
        for (chain, tip) in tips {
            let all = reader.entries(chain.id(), 1..=tip.seq, usize::MAX);
            entries.extend(all.unwrap_or_default().into_iter().rev().take(10));
        }
        self.say_to_all(liar, &entries);
    }

    /// Ids that nobody has: the edit waits for ever, in a note where nobody writes.
    fn giant_deletes(&mut self, liar: usize, pick: u64) {
        let note = self.bait[1];
        let Some(mut session) = self.own_session(liar, note) else {
            return;
        };
        let mut bytes = vec![0];
        number(&mut bytes, 1);
        number(&mut bytes, pick % (1 << 50) + 1);
        number(&mut bytes, RANGES);
        for range in 0..RANGES {
            number(&mut bytes, range * 3);
            number(&mut bytes, 1);
        }
        session.edit(Vec::new(), bytes);
        self.say_to_all(liar, &session.said);
    }

    fn unknown_kind(&mut self, liar: usize, note: NoteId, code: u8) {
        let root = self.devices[liar].root.clone();
        let mut side = self.side_chain(root);
        let deps = self.frontier(liar, note);
        let mut payload = vec![0; 40];
        self.rng.fill_bytes(&mut payload);
        let entry = side.next(Kind::Other(code), note, 0, deps, payload);
        let mut said = vec![entry];
        // Something built on it, as a newer version would.
        if code < 128
            && let Some(mut session) = self.own_session(liar, note)
        {
            let payload = session.typed("built on what is not known");
            let on = said[0].reference();
            session.edit(vec![on], payload);
            said.extend(session.said);
        }
        self.say_to_all(liar, &said);
    }

    fn unknown_block(&mut self, liar: usize, note: NoteId) {
        let Some(mut session) = self.own_session(liar, note) else {
            return;
        };
        let block = Block::text_block("evil-block-0003", "hologram", "?");
        let payload = session
            .writer
            .append_blocks(&[block])
            .expect("a sound block");
        session.edit(Vec::new(), payload);
        self.say_to_all(liar, &session.said);
    }

    /// So many tiny edits at once.
    pub fn flood(&mut self, liar: usize, note: NoteId, many: usize) {
        let Some(mut session) = self.own_session(liar, note) else {
            return;
        };
        for _ in 0..many {
            session.edit(Vec::new(), vec![0, 0]);
        }
        self.say_to_all(liar, &session.said);
    }

    /// A refused edit, and a sound one of another session that names it.
    fn on_refused(&mut self, liar: usize, note: NoteId, name: &'static str) {
        let (Some(mut bad), Some(mut session)) =
            (self.own_session(liar, note), self.own_session(liar, note))
        else {
            return;
        };
        let refused = bad.edit(Vec::new(), vec![9, 9, 9, 9]);
        self.ledger.refused.insert(refused.hash(), name);
        let letter = self.ledger.fresh();
        self.ledger.poison.insert(letter, name);
        let payload = session.typed(&letter.to_string());
        session.edit(vec![refused.reference()], payload);
        let said: Vec<_> = bad.said.into_iter().chain(session.said).collect();
        self.say_to_all(liar, &said);
    }

    fn rubbish(&mut self, liar: usize) {
        let life = self.life(liar);
        let sides = self.net.sides.iter();
        let streams: Vec<_> = sides
            .filter(|(_, side)| side.life == life && side.up && !side.ended)
            .map(|(id, _)| *id)
            .collect();
        for stream in streams {
            let mut body = vec![0; self.rng.random_range(0..300)];
            self.rng.fill_bytes(&mut body);
            let kind = self.rng.random_range(0..12);
            self.put_on_way(stream, kind, body);
        }
    }
}

/// Appends a number as lib0 writes it.
fn number(out: &mut Vec<u8>, mut number: u64) {
    while number >= 128 {
        out.push(number as u8 & 127 | 128);
        number >>= 7;
    }
    out.push(number as u8);
}

fn name(lie: Lie) -> &'static str {
    match lie {
        Lie::ForgedSignature => "lie: forged signature",
        Lie::WrongRole => "lie: edit of a viewer",
        Lie::Stranger => "lie: entry of a stranger",
        Lie::WrongClient => "lie: another's client id",
        Lie::WrongSeq => "lie: places left out",
        Lie::WrongPrev => "lie: wrong prev",
        Lie::Fork => "lie: two entries for one place",
        Lie::SameNonce => "lie: two sessions with one nonce",
        Lie::Replay => "lie: entries again",
        Lie::Poison => "lie: poisoned update",
        Lie::GiantDeletes => "lie: giant delete set",
        Lie::UnknownBelow128 => "lie: unknown kind below 128",
        Lie::UnknownAbove128 => "lie: unknown kind from 128",
        Lie::UnknownBlock => "lie: unknown block",
        Lie::TinyEntries => "lie: many tiny entries",
        Lie::OnRefused => "lie: built on a refused edit",
        Lie::Rubbish => "lie: frames that are none",
    }
}
