//! A file that takes up room, to be given back when the disk is full: what was typed until then can still
//! be saved, and the person told.

use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;

use crate::config::RESERVE_BYTES;
use crate::place::private_file;

/// Room on the disk that can be given back.
pub trait Reserve: Send {
    /// Gives the room back.
    fn release(&mut self);
    /// Takes the room again, all of it or none.
    fn restore(&mut self) -> io::Result<()>;
}

/// A medium without a reserve: always whole.
#[derive(Debug)]
pub(crate) struct NoReserve;

impl Reserve for NoReserve {
    fn release(&mut self) {}

    fn restore(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The reserve beside a database file.
#[derive(Debug)]
pub(crate) struct ReserveFile(pub PathBuf);

impl Reserve for ReserveFile {
    fn release(&mut self) {
        if let Err(error) = fs::remove_file(&self.0) {
            tracing::warn!(%error, "the reserve could not be given back");
        }
    }

    fn restore(&mut self) -> io::Result<()> {
        match fs::metadata(&self.0) {
            Ok(file) if file.len() == RESERVE_BYTES as u64 => return Ok(()),
            _ => {}
        }
        let filled = fill(&self.0);
        if filled.is_err() {
            let _ = fs::remove_file(&self.0);
        }
        filled
    }
}

/// Fills the file with bytes that neither compress nor stay sparse, so that they do take up room.
fn fill(path: &std::path::Path) -> io::Result<()> {
    const STEP: usize = 64 * 1024;
    let mut file = private_file(path)?;
    let mut noise = blake3::Hasher::new().finalize_xof();
    let mut bytes = vec![0; STEP];
    for _ in 0..RESERVE_BYTES / STEP {
        noise.fill(&mut bytes);
        file.write_all(&bytes)?;
    }
    file.sync_all()
}
