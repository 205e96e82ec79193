//! What the machine can do at all: syncing an edit's bytes to disk, and how many bytes an edit has.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use skein_space::{Chain, Draft, Entry, EntryHash, Incarnation, Kind, Log, NoteId, Root, SpaceId};

use crate::config::FRAME_HEAD_BYTES;
use crate::error::BenchError;
use crate::talk::Synced;

/// Appends `bytes` to a file in `folder` and syncs them, `times` times with a rest between.
pub fn sync(
    folder: &Path,
    times: usize,
    bytes: usize,
    rest: Duration,
) -> Result<Synced, BenchError> {
    let mut file = File::create(folder.join("floor"))?;
    let body = vec![0x5a; bytes];
    let mut took = Vec::with_capacity(times);
    for _ in 0..times {
        std::thread::sleep(rest);
        let begun = Instant::now();
        file.write_all(&body)?;
        file.sync_data()?;
        took.push(u64::try_from(begun.elapsed().as_nanos()).unwrap_or(u64::MAX));
    }
    Ok(Synced { took })
}

/// Bytes of the frame that carries an edit: its entry, signed, with the frame's head.
pub fn edit_bytes(update_bytes: usize) -> Result<usize, BenchError> {
    let signer = Root::new([7; 32]).signer();
    let chain = Chain {
        space: SpaceId([0; 16]),
        device: signer.device_key(),
        incarnation: Incarnation([0; 16]),
        log: Log::Notes,
    };
    let draft = Draft {
        chain,
        seq: 2,
        prev: EntryHash([1; 32]),
        kind: Kind::Edit,
        note: NoteId([1; 16]),
        session: 1,
        deps: Vec::new(),
        wall_ms: 0,
    };
    let entry = Entry::seal(&signer, draft, vec![0; update_bytes])
        .map_err(|error| BenchError::Wrong(error.to_string()))?;
    Ok(FRAME_HEAD_BYTES + entry.encode().len())
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_frame_is_its_update_and_what_signs_it() {
        let (small, large) = (super::edit_bytes(30), super::edit_bytes(130));
        let (small, large) = (small.unwrap(), large.unwrap());
        assert_eq!(large - small, 100);
        assert!(small > 30 + 64, "the signature alone has 64 bytes");
    }
}
