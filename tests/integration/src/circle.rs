//! Several devices in one space, all running.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::figure;
use crate::ground::Ground;
use crate::network::{Host, Network};
use crate::peer::{MEETING, Peer};
use crate::wait::{until, within};
use crate::writer::{Writer, assert_holds};

/// Names of people, as many as a circle has at most.
const NAMES: [&str; 8] = ["ana", "ben", "cem", "dora", "eli", "fay", "gus", "hal"];

/// Who is connected with whom, while nothing goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meets {
    /// Everybody with everybody.
    All,
    /// Everybody with the first, through whom they hear of each other.
    TheFirst,
}

/// Devices that are in one space and run, with a note of that space.
pub struct Circle {
    /// The devices; the first is the space's owner.
    pub peers: Vec<Peer>,
    /// The space.
    pub space: String,
    /// A note in it.
    pub note: String,
    /// Who is connected with whom.
    pub meets: Meets,
    /// What every one of them runs with.
    run: Vec<String>,
    devices: Vec<String>,
    /// Every word that was acknowledged so far.
    words: Vec<String>,
    rounds: usize,
}

impl Circle {
    /// As many devices on one network; the first invites the others, one after the other.
    ///
    /// # Panics
    /// When one cannot join, or they do not come to hold the same.
    pub fn new(ground: &Ground, count: usize, run: &[&str]) -> Circle {
        Circle::on(ground, count, run, Meets::All, |_| {})
    }

    /// The same with something done to every host before anything runs on it.
    ///
    /// # Panics
    /// As [`Circle::new`].
    pub fn on(
        ground: &Ground,
        count: usize,
        run: &[&str],
        meets: Meets,
        prepare: impl Fn(&Host),
    ) -> Circle {
        let network = Network::new(ground);
        let host = |name: &&str| {
            let host = network.host(name);
            prepare(&host);
            host
        };
        let peers = NAMES[..count]
            .iter()
            .map(|name| Peer::new(host(name), name));
        Circle::of(peers.collect(), run, meets)
    }

    /// Devices that are not in a space together yet.
    ///
    /// # Panics
    /// As [`Circle::new`].
    pub fn of(mut peers: Vec<Peer>, run: &[&str], meets: Meets) -> Circle {
        let (first, others) = peers.split_first_mut().expect("at least one device");
        first.start(run);
        let space = first.text_of(&["space", "new", "Circle"], "space");
        for other in others {
            let ticket = first.text_of(&["space", "invite", &space], "ticket");
            other.json(&["space", "join", &ticket]);
            other.start(run);
        }
        let note = peers[0].text_of(
            &["note", "new", "--title", "Circle", "--space", &space],
            "note",
        );
        let devices = peers.iter().map(Peer::device).collect();
        let mut circle = Circle {
            peers,
            space,
            note,
            meets,
            run: run.iter().map(|word| (*word).to_owned()).collect(),
            devices,
            words: Vec::new(),
            rounds: 0,
        };
        circle.write(&[0], 1);
        circle.assert_equal();
        circle
    }

    /// Those with these numbers write `count` words each, all at once; afterwards all are saved.
    pub fn write(&mut self, who: &[usize], count: usize) {
        self.rounds += 1;
        let writers: Vec<Writer> = who
            .iter()
            .map(|at| {
                let tag = format!("{}r{}w", NAMES[*at], self.rounds);
                Writer::start(&self.peers[*at], &self.note, &tag, count, &[])
            })
            .collect();
        self.words
            .extend(writers.into_iter().flat_map(Writer::finish));
    }

    /// Counts words as written that somebody else had acknowledged.
    pub fn has_written(&mut self, words: Vec<String>) {
        self.words.extend(words);
    }

    /// The name others have for a device.
    pub fn device(&self, at: usize) -> &str {
        &self.devices[at]
    }

    /// Everybody's number.
    pub fn all(&self) -> Vec<usize> {
        (0..self.peers.len()).collect()
    }

    /// Waits until all show the same note, and gives how long that took; checks that every word
    /// written is in it, and that everybody comes to know so of everybody.
    ///
    /// # Panics
    /// When they do not, or a word is missing.
    pub fn assert_equal(&self) -> Duration {
        let began = Instant::now();
        let mut hashes = Vec::new();
        let equal = within(MEETING, || {
            hashes = self
                .peers
                .iter()
                .map(|peer| peer.hash(&self.note))
                .collect();
            hashes.iter().all(|hash| *hash == hashes[0]).then_some(())
        });
        let took = began.elapsed();
        assert!(equal.is_some(), "they differ: {hashes:?}");
        assert_holds(&self.peers[0].text(&self.note), &self.words);
        for peer in &self.peers {
            if self.meets == Meets::All {
                peer.wait_equal(self.peers.len() - 1);
            }
            self.wait_receipts(peer);
        }
        took
    }

    /// Waits until a device says of every other that it has everything and, where all meet, is here.
    fn wait_receipts(&self, peer: &Peer) {
        let mut last = Value::Null;
        let held = within(MEETING, || {
            last = peer.json(&["status", &self.note]);
            let others = last["peers"].as_array()?;
            // Who is not met says so through who met both.
            let here = |other: &Value| self.meets == Meets::TheFirst || other["online"] == true;
            let held = others
                .iter()
                .all(|other| here(other) && other["behind"] == 0);
            (held && others.len() == self.peers.len() - 1 && last["saved"] == true).then_some(())
        });
        let name = peer.host.name();
        assert!(held.is_some(), "what {name} knows of the others: {last}");
    }

    /// Where everybody's events end now.
    pub fn mark(&self) -> Vec<usize> {
        self.peers.iter().map(Peer::events).collect()
    }

    /// Waits until, since `mark`, all those in `who` and all in `others` have said of each other that
    /// they came or went, and gives how long the last one took since `from_ms`, in Unix milliseconds.
    pub fn see(
        &self,
        who: &[usize],
        others: &[usize],
        online: bool,
        mark: &[usize],
        from_ms: i64,
    ) -> Duration {
        let there = self.sees(who, others, online, mark, from_ms);
        there.max(self.sees(others, who, online, mark, from_ms))
    }

    /// The same, said by those in `who` alone: the others may keep a connection without a gap.
    pub fn sees(
        &self,
        who: &[usize],
        others: &[usize],
        online: bool,
        mark: &[usize],
        from_ms: i64,
    ) -> Duration {
        let pairs = who.iter().flat_map(|a| others.iter().map(move |b| (a, b)));
        let times = pairs.map(|(a, b)| self.peers[*a].sees(&self.devices[*b], online, mark[*a]));
        figure::between(from_ms, times.max().unwrap_or(from_ms))
    }

    /// Waits until everybody is connected with everybody.
    pub fn wait_together(&self) {
        for peer in &self.peers {
            until("all are connected", MEETING, || {
                let list = peer.json(&["peer", "list"]);
                // An address typed by hand is a row without a device until it answers.
                let devices = list
                    .as_array()?
                    .iter()
                    .filter(|other| !other["device"].is_null());
                let mut online = devices.map(|other| other["online"] == true);
                online.all(|online| online).then_some(())
            });
        }
    }

    /// Starts a device's peer again as it was started first.
    pub fn start(&mut self, at: usize) -> Value {
        let run: Vec<&str> = self.run.iter().map(String::as_str).collect();
        self.peers[at].start(&run)
    }

    /// Ends every peer and checks what each holds.
    pub fn end(mut self) {
        for peer in &mut self.peers {
            peer.stop();
        }
        for peer in &self.peers {
            peer.verify_clean();
        }
    }
}
