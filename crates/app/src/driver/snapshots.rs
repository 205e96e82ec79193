//! Snapshots: checked on a thread of their own, written only when they say what the note says.

use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};

use skein_note::Note;
use skein_space::{ChainId, EntryRef, NoteId, SpaceId};
use skein_store::Op;
use tokio::sync::mpsc;

use super::{Driver, Job};
use crate::config::{LOOP_STACK_BYTES, SNAPSHOT_QUEUE};

/// A snapshot the engine asks for.
pub(super) struct Due {
    pub space: SpaceId,
    pub note: NoteId,
    pub state: Vec<u8>,
    pub covers: Vec<(ChainId, u64, u64)>,
    pub frontier: Vec<EntryRef>,
    pub hash: [u8; 32],
}

/// The way to the checking thread; it ends when this is dropped.
pub(super) struct Snapshots {
    due: SyncSender<Due>,
}

impl Snapshots {
    /// Starts the thread. What it found good comes back as a job.
    pub(super) fn start(jobs: mpsc::WeakSender<Job>) -> std::io::Result<Self> {
        let (due, work) = sync_channel::<Due>(SNAPSHOT_QUEUE);
        std::thread::Builder::new()
            .name("skein-snapshots".into())
            .stack_size(LOOP_STACK_BYTES)
            .spawn(move || {
                for due in work {
                    if !says_the_same(&due) {
                        tracing::error!(
                            "a snapshot of note {} does not say what the note says; it is dropped",
                            due.note
                        );
                        continue;
                    }
                    let Some(jobs) = jobs.upgrade() else { return };
                    let job: Job = Box::new(move |driver| driver.keep_snapshot(due));
                    if jobs.blocking_send(job).is_err() {
                        return;
                    }
                }
            })?;
        Ok(Self { due })
    }

    /// Hands one over. When too many wait it is dropped: the log has everything, and the engine asks again.
    pub(super) fn check(&self, due: Due) {
        if let Err(TrySendError::Full(due)) = self.due.try_send(due) {
            tracing::info!(
                "a snapshot of note {} is left out: too many are under way",
                due.note
            );
        }
    }
}

/// Decodes the state into a fresh document and compares.
fn says_the_same(due: &Due) -> bool {
    Note::from_state(&due.state).is_ok_and(|note| note.hash() == due.hash)
}

impl Driver {
    fn keep_snapshot(&mut self, due: Due) {
        self.submit(vec![Op::Snapshot {
            space: due.space,
            note: due.note,
            state: due.state,
            covers: due.covers,
            frontier: due.frontier,
        }]);
    }
}
