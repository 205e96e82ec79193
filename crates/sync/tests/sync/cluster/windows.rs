//! Windows on notes, and what people do in them.

use std::cell::RefCell;

use skein_space::{Nonce, NoteId, SpaceId};
use skein_sync::{Input, SessionHandle};

use super::{Cluster, Session};

impl Cluster {
    pub fn open(&mut self, i: usize, space: SpaceId, note: NoteId) -> SessionHandle {
        let handle = SessionHandle(self.devices[i].next_handle);
        self.devices[i].next_handle += 1;
        let session = Session {
            writer: None,
            pushed: 0,
            acked: 0,
            delivered: 0,
            can_write: false,
            ended: None,
            resend: None,
        };
        self.devices[i].sessions.insert(handle, session);
        let (a, b) = (self.random(), self.random());
        let mut nonce = [a; 16];
        nonce[0] = b;
        nonce[1] = i as u8;
        self.input(
            i,
            Input::Open {
                session: handle,
                space,
                note,
                nonce: Nonce(nonce),
                replaces: None,
            },
        );
        handle
    }

    /// Creates a note with one empty block and types into it.
    pub fn create(&mut self, i: usize, space: SpaceId, text: &str) -> (NoteId, SessionHandle) {
        let n = self.random();
        let note = NoteId([n; 16]);
        let s = self.open(i, space, note);
        let id = format!("block-{n:08}");
        let update = self.devices[i]
            .sessions
            .get_mut(&s)
            .unwrap()
            .writer
            .as_mut()
            .unwrap()
            .create(&id)
            .expect("creatable");
        self.push(i, s, update);
        if !text.is_empty() {
            self.edit(i, s, 0, 0, text);
        }
        (note, s)
    }

    pub fn edit(&mut self, i: usize, s: SessionHandle, at: usize, delete: usize, insert: &str) {
        let counter = RefCell::new(self.next_random);
        self.next_random = self.next_random.wrapping_add(3);
        let session = self.devices[i].sessions.get_mut(&s).unwrap();
        let pushed = session.pushed;
        let mut ids = || {
            let n = counter.replace_with(|n| n.wrapping_add(1));
            format!("split-{i}-{:08}", u64::from(n) + pushed * 1000)
        };
        let update = session
            .writer
            .as_mut()
            .unwrap()
            .edit(at as _, delete as _, insert, &mut ids)
            .expect("in range");
        self.push(i, s, update);
    }

    pub fn push(&mut self, i: usize, s: SessionHandle, update: Vec<u8>) {
        let session = self.devices[i].sessions.get_mut(&s).unwrap();
        session.pushed += 1;
        let (sequence, last_delivery) = (session.pushed, session.delivered);
        self.input(
            i,
            Input::Push {
                session: s,
                sequence,
                last_delivery,
                update,
            },
        );
    }

    pub fn text(&mut self, i: usize, space: SpaceId, note: NoteId) -> String {
        let device = &mut self.devices[i];
        device
            .engine
            .note(&device.disk, space, note)
            .unwrap()
            .map(|n| n.text())
            .unwrap_or_default()
    }

    pub fn hash(&mut self, i: usize, space: SpaceId, note: NoteId) -> [u8; 32] {
        let device = &mut self.devices[i];
        device
            .engine
            .note(&device.disk, space, note)
            .unwrap()
            .unwrap()
            .hash()
    }
}
