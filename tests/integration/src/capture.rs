//! Everything a host hears, byte for byte, as a stranger with a laptop would record it.

use std::io::{ErrorKind, Read};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use socket2::{Domain, Protocol, Socket, Type};

use crate::network::Host;

/// Every protocol (`ETH_P_ALL`), in the order of the network.
const EVERYTHING: u16 = 3_u16.to_be();
/// Larger than any frame: the kernel hands on up to 64 KiB of one connection as one.
const FRAME_BYTES: usize = 128 * 1024;
/// What the kernel keeps while this process has no turn, bytes; a busy machine pauses it for some 100 ms.
const KEPT_BYTES: usize = 4 * 1024 * 1024;
/// How soon the end is noticed.
const LOOK: Duration = Duration::from_millis(50);

/// A recording that runs.
pub struct Capture {
    frames: Arc<Mutex<Vec<Vec<u8>>>>,
    over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Capture {
    /// Begins to record what this host hears and says.
    ///
    /// # Panics
    /// Without namespaces.
    pub fn start(host: &Host) -> Capture {
        let socket = host.stand(|| {
            let protocol = Protocol::from(i32::from(EVERYTHING));
            let socket = Socket::new(Domain::PACKET, Type::RAW, Some(protocol))?;
            socket.set_recv_buffer_size(KEPT_BYTES)?;
            socket.set_read_timeout(Some(LOOK))?;
            Ok(socket)
        });
        let socket = socket.expect("whoever made the namespace may record in it");
        let (frames, over) = (Arc::default(), Arc::new(AtomicBool::new(false)));
        let (heard, ends) = (Arc::clone(&frames), Arc::clone(&over));
        let thread = std::thread::spawn(move || record(socket, &heard, &ends));
        Capture {
            frames,
            over,
            thread: Some(thread),
        }
    }

    /// The frames so far.
    pub fn frames(&self) -> Vec<Vec<u8>> {
        self.frames.lock().expect("no holder panics").clone()
    }

    /// Ends the recording and gives all frames.
    ///
    /// # Panics
    /// When it broke off.
    pub fn end(mut self) -> Vec<Vec<u8>> {
        self.over.store(true, Ordering::Relaxed);
        let thread = self.thread.take().expect("it is ended once");
        thread.join().expect("the recording went well");
        std::mem::take(&mut self.frames.lock().expect("no holder panics"))
    }
}

impl Drop for Capture {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
    }
}

fn record(mut socket: Socket, frames: &Mutex<Vec<Vec<u8>>>, over: &AtomicBool) {
    let mut buffer = vec![0; FRAME_BYTES];
    loop {
        match socket.read(&mut buffer) {
            Ok(length) => {
                assert!(length < FRAME_BYTES, "a frame was cut short");
                let frame = buffer[..length].to_vec();
                frames.lock().expect("no holder panics").push(frame);
            }
            Err(error) => match error.kind() {
                // What was kept is read first, so nothing that came before the end is left out.
                ErrorKind::WouldBlock | ErrorKind::TimedOut if over.load(Ordering::Relaxed) => {
                    return;
                }
                ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted => {}
                _ => panic!("recording: {error}"),
            },
        }
    }
}
