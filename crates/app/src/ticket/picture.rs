//! The QR code in a picture that somebody was sent.
//!
//! A picture is a stranger's file: its size is bounded before a pixel is made, and a decoder that gives up on one is a
//! picture without a code.

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use png::{ColorType, Decoder, DecodingError, Limits, Transformations};
use rqrr::PreparedImage;
use skein_space::TicketError;

use super::{Found, TicketFileError, parse};
use crate::config::TICKET_PICTURE_PIXELS;

/// How a PNG begins.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";
/// How other pictures begin that people may have: JPEG, GIF, WebP, BMP, TIFF.
const OTHERS: [&[u8]; 6] = [b"\xff\xd8\xff", b"GIF8", b"RIFF", b"BM", b"II*\0", b"MM\0*"];

pub(super) fn is_png(bytes: &[u8]) -> bool {
    bytes.starts_with(PNG)
}

pub(super) fn is_other(bytes: &[u8]) -> bool {
    // HEIC, which phones make, has its name behind a length.
    OTHERS.iter().any(|start| bytes.starts_with(start)) || bytes.get(4..8) == Some(b"ftyp")
}

/// The first ticket among the codes of a PNG.
pub(super) fn find(bytes: &[u8]) -> Result<Found, TicketFileError> {
    let grey = Grey::read(bytes)?;
    let texts = grey.codes(false);
    // Terminals draw light on dark.
    let texts = if texts.is_empty() {
        grey.codes(true)
    } else {
        texts
    };
    let mut best = TicketFileError::NoCode;
    for text in texts {
        match parse(&text) {
            Ok(found) => return Ok(found),
            Err(TicketFileError::Ticket(TicketError::NotATicket)) => {
                if matches!(best, TicketFileError::NoCode) {
                    best = TicketFileError::OtherCode;
                }
            }
            Err(error) => best = error,
        }
    }
    Err(best)
}

/// A picture as its brightness.
struct Grey {
    width: usize,
    height: usize,
    pixels: Vec<u8>,
}

impl Grey {
    fn read(bytes: &[u8]) -> Result<Self, TicketFileError> {
        let limit = usize::try_from(TICKET_PICTURE_PIXELS * 4).unwrap_or(usize::MAX);
        let mut decoder = Decoder::new_with_limits(Cursor::new(bytes), Limits { bytes: limit });
        decoder.set_transformations(Transformations::EXPAND | Transformations::STRIP_16);
        let mut reader = decoder.read_info().map_err(|error| broken(&error))?;
        let (width, height) = (reader.info().width, reader.info().height);
        if u64::from(width) * u64::from(height) > TICKET_PICTURE_PIXELS {
            return Err(TicketFileError::PictureTooLarge);
        }
        let size = reader
            .output_buffer_size()
            .ok_or(TicketFileError::PictureTooLarge)?;
        let mut buffer = vec![0; size];
        let frame = reader
            .next_frame(&mut buffer)
            .map_err(|error| broken(&error))?;
        let channels = match frame.color_type {
            ColorType::Grayscale | ColorType::Indexed => 1,
            ColorType::GrayscaleAlpha => 2,
            ColorType::Rgb => 3,
            ColorType::Rgba => 4,
        };
        let pixels = buffer[..frame.buffer_size()]
            .chunks_exact(channels)
            .map(brightness)
            .collect();
        Ok(Self {
            width: frame.width as usize,
            height: frame.height as usize,
            pixels,
        })
    }

    /// What the codes say that can be read.
    fn codes(&self, inverted: bool) -> Vec<String> {
        let pixel = |x: usize, y: usize| {
            let grey = self.pixels.get(y * self.width + x).copied();
            let grey = grey.unwrap_or(u8::MAX);
            if inverted { u8::MAX - grey } else { grey }
        };
        let looked = catch_unwind(AssertUnwindSafe(|| {
            let mut image = PreparedImage::prepare_from_greyscale(self.width, self.height, pixel);
            let codes = image.detect_grids();
            codes
                .iter()
                .filter_map(|code| code.decode().ok())
                .map(|(_, text)| text)
                .collect()
        }));
        looked.unwrap_or_default()
    }
}

/// How bright a pixel is on white paper.
fn brightness(pixel: &[u8]) -> u8 {
    let (grey, alpha) = match *pixel {
        [grey] => (u32::from(grey), 255),
        [grey, alpha] => (u32::from(grey), u32::from(alpha)),
        [r, g, b] => (luma(r, g, b), 255),
        [r, g, b, alpha] => (luma(r, g, b), u32::from(alpha)),
        _ => (255, 255),
    };
    u8::try_from((grey * alpha + 255 * (255 - alpha)) / 255).unwrap_or(u8::MAX)
}

fn luma(r: u8, g: u8, b: u8) -> u32 {
    (u32::from(r) * 299 + u32::from(g) * 587 + u32::from(b) * 114) / 1000
}

fn broken(error: &DecodingError) -> TicketFileError {
    match error {
        DecodingError::LimitsExceeded => TicketFileError::PictureTooLarge,
        _ => TicketFileError::BadPicture,
    }
}
