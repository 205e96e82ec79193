//! What happened in a run, as one hash: two runs of a seed must have the same.

use std::collections::VecDeque;

use skein_sync::Input;

/// Lines kept to be shown with a failure.
const KEPT: usize = 40;

/// The trace of a run.
#[derive(Debug, Default)]
pub struct Trace {
    hasher: blake3::Hasher,
    lines: u64,
    last: VecDeque<String>,
    /// Print every line as it comes.
    pub aloud: bool,
}

impl Trace {
    /// Notes a line.
    pub fn line(&mut self, at_ms: u64, device: usize, what: &str) {
        self.lines += 1;
        let line = format!("{at_ms:>7} {device} {what}\n");
        self.hasher.update(line.as_bytes());
        if self.aloud {
            print!("{line}");
        }
        if self.last.len() == KEPT {
            self.last.pop_front();
        }
        self.last.push_back(line);
    }

    /// The hash of everything so far.
    pub fn hash(&self) -> [u8; 32] {
        *self.hasher.finalize().as_bytes()
    }

    /// How many lines.
    pub fn lines(&self) -> u64 {
        self.lines
    }

    /// The last lines.
    pub fn tail(&self) -> String {
        self.last.iter().map(String::as_str).collect()
    }
}

/// An input in a few words; of bodies, their hash.
pub fn words(input: &Input) -> String {
    let short = |bytes: &[u8]| {
        let hash = blake3::hash(bytes);
        format!("{} B {}", bytes.len(), &hash.to_hex()[..8])
    };
    match input {
        Input::Frame { stream, kind, body } => {
            format!("frame {kind} on {} {}", stream.0, short(body))
        }
        Input::Gossip { kind, body, .. } => format!("gossip {kind} {}", short(body)),
        Input::Push {
            session,
            sequence,
            last_delivery,
            update,
        } => format!(
            "push {} of {} at {last_delivery} {}",
            sequence,
            session.0,
            short(update)
        ),
        Input::Committed { token } => format!("committed {}", token.0),
        Input::StreamUp { stream, .. } => format!("stream {} up", stream.0),
        Input::StreamDown { stream } => format!("stream {} down", stream.0),
        Input::RangesSent { stream } => format!("ranges sent on {}", stream.0),
        Input::PeerUp { peer } => format!("peer {peer} up"),
        Input::PeerDown { peer } => format!("peer {peer} down"),
        Input::Open { session, note, .. } => format!("open {note} as {}", session.0),
        Input::Close { session } => format!("close {}", session.0),
        Input::DiskRoom { low } => format!("disk low: {low}"),
        Input::Tick => "tick".into(),
        Input::Found { .. } => "found".into(),
        Input::Joined { .. } => "joined".into(),
        Input::Admit { .. } => "admit".into(),
        Input::ChangeRole { role, .. } => format!("role {role:?}"),
        Input::Recover { space, .. } => format!("recovers {space}"),
        Input::TakeIn { .. } => "take in".into(),
        Input::NewSecret { .. } => "new secret".into(),
        Input::NewIncarnation { incarnation, .. } => {
            format!("new incarnation {}", short(&incarnation.0))
        }
        Input::Leave { space, .. } => format!("leaves {space}"),
        Input::Caret { session, .. } => format!("caret of {}", session.0),
    }
}
