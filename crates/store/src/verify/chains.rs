//! Chains: every entry follows the one before, is what its header says, and is signed.

use skein_space::{Entry, EntryHash, Log};

use super::{Check, Unseen};
use crate::config::VERIFY_STEP;
use crate::error::ReadError;
use crate::read::view::Known;

impl Check<'_, '_> {
    pub(super) fn chains(&mut self) {
        let Some(chains) = self.ok(self.reader.view(|view| view.chains())) else {
            return;
        };
        let own = chains
            .iter()
            .map(|row| (row.tip_seq + 1).saturating_sub(row.fork_seq));
        let total = own.sum();
        for index in 0..chains.len() as u32 {
            self.chain(index, total);
        }
        self.extra_entries();
        (self.hooks.progress)(self.report.entries, total);
    }

    fn chain(&mut self, index: u32, total: u64) {
        let Some(known) = self.ok(self.reader.view(|view| view.chain(index))) else {
            return;
        };
        self.branch_row(index, &known);
        let body = known.body;
        let Some(mut prev) = self.ok(self.base(index, body.fork_seq)) else {
            return;
        };
        let mut unseen = Unseen::new(body.fork_seq, body.tip_seq);
        let mut seq = body.fork_seq;
        while seq <= body.tip_seq {
            let step = self.reader.view(|view| {
                let end = body.tip_seq.min(seq + VERIFY_STEP as u64 - 1);
                let read = |seq| (seq, view.entry(index, seq));
                Ok((seq..=end).map(read).collect::<Vec<_>>())
            });
            let Some(step) = self.ok(step) else { break };
            for (at, entry) in step {
                prev = self.entry(&known, at, entry, prev);
                unseen.add(at);
                seq = at + 1;
            }
            (self.hooks.progress)(self.report.entries, total);
        }
        if let Some(hash) = prev
            && hash != body.tip_hash
        {
            self.problem(format!("chain {}: its tip is not its last entry", known.id));
        }
        self.unseen.insert(index, unseen);
    }

    /// Checks one entry and answers its hash; `None` where that is not known.
    fn entry(
        &mut self,
        known: &Known,
        seq: u64,
        entry: Result<Option<Entry>, ReadError>,
        prev: Option<EntryHash>,
    ) -> Option<EntryHash> {
        let id = known.id;
        let Some(entry) = self.ok(entry)? else {
            self.problem(format!("chain {id}: entry {seq} is missing"));
            return None;
        };
        self.report.entries += 1;
        if prev.is_some_and(|prev| prev != entry.header().prev) {
            self.problem(format!(
                "chain {id}: entry {seq} does not follow the one before"
            ));
        }
        if let Err(error) = entry.verify() {
            self.problem(format!("chain {id}: entry {seq}: {error}"));
        }
        Some(entry.hash())
    }

    /// The hash that a branch's first own entry must name.
    fn base(&self, index: u32, fork_seq: u64) -> Result<Option<EntryHash>, ReadError> {
        if fork_seq == 1 {
            return Ok(Some(EntryHash([0; 32])));
        }
        self.reader.view(|view| {
            let before = view.entry(index, fork_seq - 1)?;
            Ok(before.map(|entry| entry.hash()))
        })
    }

    /// The way back from a chain's id to its index, and from a branch to the one it left.
    fn branch_row(&mut self, index: u32, known: &Known) {
        let body = known.body;
        let id = known.id;
        let back = self.ok(self.reader.view(|view| view.branch(id, body.branch)));
        if back.is_some_and(|back| back != Some(index)) {
            self.problem(format!(
                "chain {id}: branch {} is not found by its id",
                body.branch
            ));
        }
        let first = body.branch == 0 && body.parent == index && body.fork_seq == 1;
        if !first && (body.branch == 0 || body.parent >= index) {
            self.problem(format!(
                "chain {id}: branch {} leaves no earlier one",
                body.branch
            ));
        }
    }

    /// Entries beyond the tips, or of chains that are not there.
    fn extra_entries(&mut self) {
        use redb::ReadableTable;
        let counted = self.reader.view(|view| {
            // Counted in this very read: chains are begun while it goes on.
            let chains = view.chains()?.len() as u32;
            let table = view.table(crate::tables::ENTRIES)?;
            let mut extra = Vec::new();
            for index in 0..chains {
                let known = view.chain(index)?;
                let last =
                    ReadableTable::range(&table, (index, 0)..=(index, u64::MAX))?.next_back();
                if let Some(item) = last {
                    let (_, seq) = item?.0.value();
                    if seq > known.body.tip_seq {
                        extra.push(format!("chain {}: entries lie above its tip", known.id));
                    }
                }
            }
            if ReadableTable::range(&table, (chains, 0)..)?
                .next()
                .is_some()
            {
                extra.push("there are entries of a chain that is not held".into());
            }
            Ok(extra)
        });
        for problem in self.ok(counted).unwrap_or_default() {
            self.problem(problem);
        }
    }

    /// Marks an entry as named by a row; says whether it was there to be named, once.
    pub(super) fn saw(&mut self, index: u32, seq: u64, log: Log) -> Saw {
        let Ok(known) = self.reader.view(|view| view.chain(index)) else {
            return Saw::Wrong;
        };
        if known.body.log != log {
            return Saw::Wrong;
        }
        let unseen = self.unseen.get_mut(&index);
        let end = unseen.as_ref().map_or(0, |unseen| unseen.end);
        if unseen.is_some_and(|unseen| unseen.remove(seq)) {
            Saw::Once
        } else if seq > end && seq <= known.body.tip_seq {
            // Appended after the chains were read.
            Saw::Later
        } else {
            Saw::Wrong
        }
    }
}

/// What a row that names an entry says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Saw {
    /// An entry that was checked and that no other row names.
    Once,
    /// An entry newer than this verification.
    Later,
    /// No entry, one that another row names too, or one of the other log.
    Wrong,
}
