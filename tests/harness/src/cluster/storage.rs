//! The way to a disk and back: group commits, faults, trying again. What the store's own thread does with
//! threads and real time happens here in order and in simulated time.

use rand::Rng;
use skein_space::EntryRef;
use skein_store::Op;
use skein_sync::{Input, SessionHandle};

use super::Cluster;
use crate::config::{COMMITS_MAX, GROUP_OPS, RETRY_FIRST_MS, RETRY_LONGEST_MS};
use crate::device::Batch;
use crate::disk::Left;
use crate::event::{Happening, Life, Snapshot};
use crate::ledger::Saved;

impl Cluster {
    /// Queues operations that become durable together.
    pub(super) fn submit(&mut self, device: usize, batch: Batch) {
        let life = self.life(device);
        let now_ms = self.now_ms;
        let delay = self.between(0, 1);
        let Some(process) = &mut self.devices[device].process else {
            return;
        };
        process.queue.push_back(batch);
        let many = process.queue.len();
        let start = !process.committing;
        process.committing = true;
        if start {
            self.future.plan(now_ms + delay, Happening::Commit(life));
        }
        if many > COMMITS_MAX {
            self.fail(
                "queues are bounded",
                format!("{many} commits wait for one disk"),
            );
        }
    }

    /// The store takes what is queued, at most one group.
    pub(super) fn commit(&mut self, life: Life) {
        let Some(process) = self.living(life) else {
            return;
        };
        if process.trouble.is_some() {
            return;
        }
        let mut ops = process
            .group
            .iter()
            .map(|batch| batch.ops.len())
            .sum::<usize>();
        while let Some(next) = process.queue.front() {
            ops += next.ops.len();
            if !process.group.is_empty() && ops > GROUP_OPS {
                break;
            }
            process.group.extend(process.queue.pop_front());
        }
        self.write_group(life);
    }

    fn write_group(&mut self, life: Life) {
        let Some(process) = self.living(life) else {
            return;
        };
        match process.store.commit(&process.group) {
            Ok(results) => {
                let refused = results.iter().find_map(|result| result.as_ref().err());
                let refused = refused.map(ToString::to_string);
                let group = std::mem::take(&mut process.group);
                let tokens = group.iter().filter_map(|batch| batch.token).collect();
                if let Some(error) = refused {
                    return self.fail(
                        "the store takes what the engine holds",
                        format!("device {}: {error}", life.device),
                    );
                }
                let at_ms = self.now_ms + self.commit_time();
                self.future.plan(at_ms, Happening::Committed(life, tokens));
            }
            Err(fault) => {
                self.trace.line(
                    self.now_ms,
                    life.device,
                    &format!("a commit failed: {fault}"),
                );
                self.storage_failed(life.device);
            }
        }
    }

    /// The store tells that a group is durable.
    pub(super) fn committed(&mut self, life: Life, tokens: Vec<skein_sync::CommitToken>) {
        let Some(process) = self.living(life) else {
            return;
        };
        for token in tokens {
            process.inbox.push_back(Input::Committed { token });
        }
        let more = !process.queue.is_empty();
        process.committing = more;
        if more {
            self.future.plan(self.now_ms, Happening::Commit(life));
        }
        self.drain(life.device);
    }

    /// A read or a commit failed: the power is gone, or the file is opened again until it works.
    pub(crate) fn storage_failed(&mut self, device: usize) {
        if self.devices[device].disk.is_off() {
            let down_ms = self.between(10, 5_000);
            return self.power_gone(device, Left::Torn, down_ms);
        }
        let life = self.life(device);
        let now_ms = self.now_ms;
        let Some(process) = &mut self.devices[device].process else {
            return;
        };
        if process.trouble.is_some() {
            return;
        }
        process.trouble = Some(RETRY_FIRST_MS);
        process.committing = true;
        self.fire("storage trouble");
        self.future.plan(now_ms, Happening::Reopen(life));
    }

    /// Opens the file again and commits what was not acknowledged.
    pub(super) fn reopen(&mut self, life: Life) {
        let Some(process) = self.living(life) else {
            return;
        };
        let Some(wait_ms) = process.trouble else {
            return;
        };
        let opened = process.store.reopen().map_err(|error| error.to_string());
        let opened = opened.and_then(|()| {
            // Whether it can be written shows at the next commit, an empty one if nothing waits.
            let written = process.store.commit(&process.group);
            written.map_err(|fault| fault.to_string())
        });
        match opened {
            Ok(_) => {
                process.trouble = None;
                let later = std::mem::take(&mut process.later);
                process.inbox.extend(later);
                // Written a second time: the same batches again are nothing, and the results say so.
                self.write_group(life);
                self.drain(life.device);
            }
            Err(error) => {
                process.trouble = Some((wait_ms * 2).min(RETRY_LONGEST_MS));
                self.trace
                    .line(self.now_ms, life.device, &format!("still failing: {error}"));
                if self.devices[life.device].disk.is_off() {
                    let down_ms = self.between(10, 5_000);
                    return self.power_gone(life.device, Left::Torn, down_ms);
                }
                let at_ms = self.now_ms + wait_ms;
                self.future.plan(at_ms, Happening::Reopen(life));
            }
        }
    }

    /// A snapshot that was found good goes to the store.
    pub(super) fn keep_snapshot(&mut self, life: Life, snapshot: Snapshot) {
        if self.living(life).is_none() {
            return;
        }
        let Snapshot {
            space,
            note,
            state,
            covers,
            frontier,
        } = snapshot;
        let ops = vec![Op::Snapshot {
            space,
            note,
            state,
            covers,
            frontier,
        }];
        self.submit(life.device, Batch { token: None, ops });
    }

    /// The engine calls a push saved: from here on it must never be lost.
    pub(super) fn saved(
        &mut self,
        device: usize,
        session: SessionHandle,
        sequence: u64,
        entry: Option<EntryRef>,
    ) {
        self.ledger.acks += 1;
        // One that was sent twice is acknowledged twice, the second time with the session's last entry, even where it
        // became a draft and no entry of its own.
        if !self.ledger.acked.insert((device, session, sequence)) {
            return;
        }
        let Some(process) = &mut self.devices[device].process else {
            return;
        };
        let (Some(window), Some(entry)) = (process.window(session), entry) else {
            return;
        };
        let Some(push) = window.kept.get(&sequence) else {
            return;
        };
        let saved = Saved {
            device,
            note: window.note,
            change: push.change.clone(),
        };
        self.ledger.saved.insert(entry, saved);
    }

    fn commit_time(&mut self) -> u64 {
        let most = self.plan.world.commit_ms;
        self.rng.random_range(0..=most)
    }
}
