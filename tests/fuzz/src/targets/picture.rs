//! A file that somebody was sent and takes for a ticket: as it comes, and as the pixels of a picture, which no checksum
//! guards.

use skein_app::ticket::{QrCode, TicketFileError, find};

use super::Target;
use super::ticket::ticket;
use crate::bounded::accepted;

pub const PICTURE: Target = Target {
    name: "picture",
    run,
    seeds,
    words: &[
        b"\x89PNG\r\n\x1a\n",
        b"IHDR",
        b"IDAT",
        b"IEND",
        b"PLTE",
        b"tRNS",
        b"SKEIN1-",
        b"\xff\xd8\xff",
        // The three dark, light, dark parts of a corner's mark.
        &[0, 0, 255, 255, 0, 0, 0, 0, 0, 0, 255, 255, 0, 0],
    ],
};

fn run(input: &[u8]) {
    found(input);
    let side = input.len().isqrt();
    if side > 0 {
        // Whatever the pixels are, it is a whole picture.
        let picture = png(side, &input[..side * side]);
        let end = found(&picture);
        assert!(
            !matches!(end, Some(TicketFileError::BadPicture)),
            "a whole picture is read"
        );
        accepted();
    }
}

/// What is found is a ticket, and its text is found again.
fn found(file: &[u8]) -> Option<TicketFileError> {
    match find(file) {
        Ok(found) => {
            let again = find(found.ticket.as_bytes()).expect("what was found is a ticket");
            assert_eq!(again, found);
            None
        }
        Err(error) => Some(error),
    }
}

fn png(side: usize, grey: &[u8]) -> Vec<u8> {
    let side = u32::try_from(side).expect("inputs are short");
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, side, side);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_compression(png::Compression::Fastest);
    let mut writer = encoder.write_header().expect("into memory");
    writer.write_image_data(grey).expect("as many as it says");
    writer.finish().expect("into memory");
    bytes
}

/// The code of a ticket without addresses, two pixels a square: the smallest.
fn drawn() -> Vec<u8> {
    let mut small = ticket();
    small.addresses.clear();
    let text = small.text().expect("a ticket is shown");
    let code = QrCode::of(&text).expect("a ticket is drawn");
    let side = code.side() + 2 * QrCode::EDGE;
    let dark = |row: usize, column: usize| {
        let inside = row
            .checked_sub(QrCode::EDGE)
            .zip(column.checked_sub(QrCode::EDGE));
        inside.is_some_and(|(row, column)| code.is_dark(row, column))
    };
    let pixels = (0..side * 2).flat_map(|y| (0..side * 2).map(move |x| (y / 2, x / 2)));
    pixels
        .map(|(row, column)| if dark(row, column) { 0 } else { 255 })
        .collect()
}

fn seeds() -> Vec<Vec<u8>> {
    let pixels = drawn();
    let file = png(pixels.len().isqrt(), &pixels);
    assert!(find(&file).is_ok(), "the seed is a ticket");
    let text = ticket().text().expect("a ticket is shown");
    vec![pixels, file, text.into_bytes(), b"GIF89a".to_vec()]
}
