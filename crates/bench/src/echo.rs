//! Raw TCP between the two measured processes: what sending an edit's bytes costs without skein.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use crate::config::PATIENCE;
use crate::error::BenchError;
use crate::measure::now_ns;
use crate::talk::Echoed;

/// Bytes of the length that begins a conversation.
const SIZE_BYTES: usize = 4;
/// Bytes of the stamp at the start of every echo.
const STAMP_BYTES: usize = 8;

/// Listens on loopback and echoes on threads of its own; returns the address.
pub fn serve() -> Result<String, BenchError> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?.to_string();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            // It ends with the conversation: whoever measures sees that itself.
            std::thread::spawn(move || echo(stream));
        }
    });
    Ok(address)
}

/// Sends everything back, with the time it came in its first bytes.
fn echo(mut stream: TcpStream) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut size = [0; SIZE_BYTES];
    stream.read_exact(&mut size)?;
    let mut body = vec![0; u32::from_le_bytes(size) as usize];
    loop {
        stream.read_exact(&mut body)?;
        if let Some(stamp) = body.first_chunk_mut() {
            *stamp = now_ns().to_le_bytes();
        }
        stream.write_all(&body)?;
    }
}

/// Sends `bytes` to an echo and waits for them, `times` times with a rest between.
pub fn measure(
    address: &str,
    times: usize,
    bytes: usize,
    rest: Duration,
) -> Result<Echoed, BenchError> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let mut body = vec![0; bytes.max(STAMP_BYTES)];
    let size = u32::try_from(body.len()).expect("an edit is small");
    stream.write_all(&size.to_le_bytes())?;
    let mut echoed = Echoed {
        one_way: Vec::with_capacity(times),
        round_trip: Vec::with_capacity(times),
    };
    for _ in 0..times {
        std::thread::sleep(rest);
        let sent = now_ns();
        stream.write_all(&body)?;
        stream.read_exact(&mut body)?;
        let back = now_ns();
        let there = u64::from_le_bytes(*body.first_chunk().expect("it holds a stamp"));
        echoed.one_way.push(there.saturating_sub(sent));
        echoed.round_trip.push(back.saturating_sub(sent));
    }
    Ok(echoed)
}
