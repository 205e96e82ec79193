//! As many connections as one machine can make: opened, told rubbish, dropped.

use std::collections::VecDeque;
use std::io::{self, Write};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rustix::process::setpriority_process;
use rustix::thread::gettid;
use socket2::{Domain, Socket, Type};

use crate::chance::Chance;
use crate::network::Host;

/// Threads that connect: one a core, of the two that tests are written for.
const THREADS: u64 = 2;
/// Connections of a thread that are under way at once; each speaks when half as many came after it.
const UNDER_WAY: usize = 128;
/// Of so many connections one is not dropped, but held open to take up a place.
const HELD_OF: u64 = 50;
/// Connections of a thread that are held at once.
const HELD: usize = 256;
/// The generator stands for another machine: it takes what the programs under test leave of this one.
const PRIORITY: i32 = 5;
/// What a knock is long (`crates/net`): a nonce and 24 proofs of 16 bytes.
const KNOCK_BYTES: usize = 16 + 24 * 16;

/// A flood that goes on until it is ended.
pub struct Flood {
    over: Arc<AtomicBool>,
    counts: Arc<Counts>,
    threads: Vec<JoinHandle<()>>,
    began: Instant,
}

/// Connections so far.
#[derive(Debug, Default)]
struct Counts {
    tried: AtomicU64,
    spoken: AtomicU64,
}

/// What a flood came to.
#[derive(Debug, Clone, Copy)]
pub struct Came {
    /// Connections begun each second.
    pub tried_per_s: f64,
    /// Those of them that were open when the flood spoke.
    pub open_per_s: f64,
}

impl Flood {
    /// Connects from this host, from each of these addresses in turn, to those targets of the same family.
    ///
    /// # Panics
    /// When no target has the family of a source.
    pub fn start(host: &Host, sources: &[IpAddr], targets: &[SocketAddr]) -> Flood {
        let pairs: Vec<(IpAddr, SocketAddr)> = sources
            .iter()
            .flat_map(|from| targets.iter().map(move |to| (*from, *to)))
            .filter(|(from, to)| from.is_ipv4() == to.is_ipv4())
            .collect();
        assert!(!pairs.is_empty(), "nobody to flood");
        let (over, counts) = (Arc::new(AtomicBool::new(false)), Arc::<Counts>::default());
        let threads = (0..THREADS).map(|number| {
            let (over, counts, pairs) = (Arc::clone(&over), Arc::clone(&counts), pairs.clone());
            let enter = host.entrance();
            std::thread::spawn(move || {
                enter().expect("the namespace of the flooding host");
                setpriority_process(Some(gettid()), PRIORITY).expect("anybody may be nicer");
                run(&pairs, number, &over, &counts);
            })
        });
        Flood {
            threads: threads.collect(),
            over,
            counts,
            began: Instant::now(),
        }
    }

    /// Ends it, closes everything, and says what it came to.
    ///
    /// # Panics
    /// When one of its threads did.
    pub fn end(mut self) -> Came {
        self.over.store(true, Ordering::Relaxed);
        let seconds = self.began.elapsed().as_secs_f64();
        let per_s = |count: &AtomicU64| count.load(Ordering::Relaxed) as f64 / seconds;
        let came = Came {
            tried_per_s: per_s(&self.counts.tried),
            open_per_s: per_s(&self.counts.spoken),
        };
        for thread in self.threads.drain(..) {
            thread.join().expect("the flood went well");
        }
        came
    }
}

impl Drop for Flood {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
    }
}

fn run(pairs: &[(IpAddr, SocketAddr)], seed: u64, over: &AtomicBool, counts: &Counts) {
    let mut chance = Chance::new(seed);
    let (mut young, mut old, mut held) = (VecDeque::new(), VecDeque::new(), VecDeque::new());
    for number in seed.. {
        if over.load(Ordering::Relaxed) {
            return;
        }
        let pair = pairs[usize::try_from(number).unwrap_or(0) % pairs.len()];
        match connect(pair) {
            Ok(socket) => young.push_back(socket),
            // No port or no file left: the oldest give theirs back below.
            Err(_) => std::thread::sleep(Duration::from_micros(200)),
        }
        counts.tried.fetch_add(1, Ordering::Relaxed);
        if young.len() > UNDER_WAY / 2
            && let Some(mut socket) = young.pop_front()
        {
            if speak(&mut socket, number, &mut chance).is_ok() {
                counts.spoken.fetch_add(1, Ordering::Relaxed);
            }
            old.push_back(socket);
        }
        if old.len() > UNDER_WAY / 2
            && let Some(socket) = old.pop_front()
            && number % HELD_OF == 0
        {
            held.push_back(socket);
        }
        if held.len() > HELD {
            held.pop_front();
        }
    }
}

fn connect((from, to): (IpAddr, SocketAddr)) -> io::Result<Socket> {
    let socket = Socket::new(Domain::for_address(to), Type::STREAM, None)?;
    // Dropped at once and without a trace, or the ports run out within seconds.
    socket.set_linger(Some(Duration::ZERO))?;
    socket.set_nonblocking(true)?;
    socket.bind(&SocketAddr::new(from, 0).into())?;
    match socket.connect(&to.into()) {
        Err(error)
            if error.raw_os_error() == Some(rustix::io::Errno::INPROGRESS.raw_os_error()) =>
        {
            Ok(socket)
        }
        connected => connected.map(|()| socket),
    }
}

/// Nothing, a web browser's words, or a knock that fits no secret.
fn speak(socket: &mut Socket, number: u64, chance: &mut Chance) -> io::Result<()> {
    match number / THREADS % 4 {
        0 => socket.peer_addr().map(|_| ()),
        1 => socket.write_all(b"GET / HTTP/1.1\r\n\r\n"),
        _ => socket.write_all(&chance.bytes(KNOCK_BYTES)),
    }
}
