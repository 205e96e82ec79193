use std::fs;
use std::os::unix::fs::PermissionsExt;

use skein_space::{DeviceKey, SpaceId, TicketSecret};

use super::*;
use crate::config::{TICKET_NAME_BYTES, TICKET_PICTURE_PIXELS};
use crate::error::{AppError, Code};

/// A ticket with so many addresses, half of them of the longer kind.
fn ticket(addresses: u16) -> String {
    let address = |n: u16| match n % 2 {
        0 => ([192, 168, 1, n as u8], 40_000 + n).into(),
        _ => ([0xfe80, 0, 0, 0, 1, 2, 3, n], 40_000 + n).into(),
    };
    let ticket = Ticket {
        space: SpaceId([7; 16]),
        inviter: DeviceKey([9; 32]),
        secret: TicketSecret::new([3; 32]),
        expiry_s: 1_800_000_000,
        addresses: (0..addresses).map(address).collect(),
    };
    ticket.text().unwrap()
}

/// Draws a code as a PNG, each square so many pixels wide.
fn png(code: &QrCode, scale: usize, dark: u8, light: u8) -> Vec<u8> {
    let side = (code.side() + 2 * QrCode::EDGE) * scale;
    let of = |place: usize| (place / scale).checked_sub(QrCode::EDGE);
    let grey = (0..side * side).map(|at| match (of(at / side), of(at % side)) {
        (Some(row), Some(column)) if code.is_dark(row, column) => dark,
        _ => light,
    });
    encode(side as u32, &grey.collect::<Vec<u8>>())
}

fn encode(side: u32, grey: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, side, side);
    encoder.set_color(png::ColorType::Grayscale);
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(grey).unwrap();
    writer.finish().unwrap();
    bytes
}

fn code_of(error: TicketFileError) -> Code {
    AppError::from(error).code()
}

#[test]
fn a_drawn_code_is_read_by_another_hand() {
    for (addresses, side) in [(0, 45), (4, 53), (8, 61)] {
        let text = ticket(addresses);
        let code = QrCode::of(&text).unwrap();
        assert_eq!(code.side(), side, "{addresses} addresses");
        for scale in [3, 4, 8] {
            let found = find(&png(&code, scale, 0, 255)).unwrap();
            assert_eq!(found.ticket, text);
            assert_eq!(found.expires_at_ms, 1_800_000_000_000);
        }
        let on_dark = find(&png(&code, 6, 230, 20)).unwrap();
        assert_eq!(on_dark.ticket, text, "light on dark, as terminals have it");
    }
}

#[test]
fn only_a_ticket_is_drawn() {
    assert!(QrCode::of("https://example.org").is_err());
}

#[test]
fn a_picture_without_a_ticket_says_what_it_is() {
    let blank = encode(64, &[255; 64 * 64]);
    assert!(matches!(find(&blank), Err(TicketFileError::NoCode)));
    let foreign = qrcode::QrCode::new(b"https://example.org").unwrap();
    let foreign = QrCode::from_drawn(foreign);
    let foreign = find(&png(&foreign, 4, 0, 255));
    assert!(matches!(foreign, Err(TicketFileError::OtherCode)));
    let newer = qrcode::QrCode::new(b"SKEIN2-ABCD").unwrap();
    let newer = find(&png(&QrCode::from_drawn(newer), 4, 0, 255));
    assert!(matches!(
        newer,
        Err(TicketFileError::Ticket(skein_space::TicketError::Newer))
    ));
    let whole = png(&QrCode::of(&ticket(2)).unwrap(), 4, 0, 255);
    let cut = find(&whole[..whole.len() / 2]);
    assert!(matches!(cut, Err(TicketFileError::BadPicture)));
    let jpeg = find(b"\xff\xd8\xff\xe0 and so on");
    assert!(matches!(jpeg, Err(TicketFileError::OtherPicture)));
}

#[test]
fn a_small_file_that_claims_to_be_a_huge_picture_takes_no_memory() {
    let side = 60_000_u32;
    assert!(u64::from(side) * u64::from(side) > TICKET_PICTURE_PIXELS);
    let mut bytes = encode(1, &[255]);
    // Width and height of the header, whose checksum is mended after that.
    bytes[16..20].copy_from_slice(&side.to_be_bytes());
    bytes[20..24].copy_from_slice(&side.to_be_bytes());
    let sum = crc32(&bytes[12..29]);
    bytes[29..33].copy_from_slice(&sum.to_be_bytes());
    assert!(matches!(
        find(&bytes),
        Err(TicketFileError::PictureTooLarge)
    ));
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| {
            (sum >> 1) ^ if sum & 1 == 1 { 0xedb8_8320 } else { 0 }
        })
    })
}

#[test]
fn a_text_is_read_as_people_send_it() {
    let text = ticket(3);
    let wrapped: String = text
        .as_bytes()
        .chunks(60)
        .map(|line| format!("  {}\r\n", String::from_utf8_lossy(line).to_lowercase()))
        .collect();
    for sent in [
        text.clone(),
        format!("{text}\n"),
        format!("\u{feff}{wrapped}"),
    ] {
        assert_eq!(find(sent.as_bytes()).unwrap().ticket, text);
    }
}

#[test]
fn each_refusal_has_its_words() {
    let whole = ticket(1);
    let mistyped = whole.replacen('A', "B", 1);
    for (bytes, words) in [
        (b"hello".to_vec(), "this is no ticket"),
        (vec![0xff, 0xfe, 0, 1], "this is no ticket"),
        (Vec::new(), "this is no ticket"),
        (mistyped.into_bytes(), "incomplete or mistyped"),
        (whole.as_bytes()[..50].to_vec(), "incomplete or mistyped"),
        (whole.replacen('1', "2", 1).into_bytes(), "a newer Skein"),
        (vec![b' '; 9_000], "too large"),
        (vec![b'x'; 17 * 1024 * 1024], "too large"),
    ] {
        let error = find(&bytes).unwrap_err();
        let said = error.to_string();
        assert!(said.contains(words), "{said}");
        assert!(said.contains("nothing was changed"), "{said}");
        assert_eq!(code_of(error), Code::BadTicket);
    }
}

#[test]
fn what_is_no_file_is_not_opened() {
    let folder = tempfile::tempdir().unwrap();
    let gone = read(&folder.path().join("gone")).unwrap_err();
    assert!(matches!(gone, TicketFileError::Unreadable { .. }));
    assert_eq!(code_of(gone), Code::NotFound);
    let pipe = folder.path().join("pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.unwrap().success());
    for path in [folder.path(), &pipe] {
        assert!(matches!(read(path), Err(TicketFileError::NotAFile(_))));
    }
}

#[test]
fn a_written_ticket_is_read_again_and_is_this_users_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(file_name("Team Nord"));
    let text = ticket(2);
    let file = TicketFile::at(&path, Existing::Keep).unwrap();
    assert!(!path.exists(), "nothing is there before it is whole");
    file.write(&text).unwrap();
    assert_eq!(read(&path).unwrap().ticket, text);
    let mode = fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);

    let other = ticket(0);
    let kept = TicketFile::at(&path, Existing::Keep).unwrap_err();
    assert_eq!(code_of(kept), Code::FileFailed);
    assert_eq!(read(&path).unwrap().ticket, text);
    // One that is open to others does not stay so.
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    let file = TicketFile::at(&path, Existing::Replace).unwrap();
    file.write(&other).unwrap();
    assert_eq!(read(&path).unwrap().ticket, other);
    let mode = fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let left = fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(left, 1, "no draft is left");
}

#[test]
fn a_name_that_was_taken_meanwhile_keeps_what_it_has() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.skein-ticket");
    let file = TicketFile::at(&path, Existing::Keep).unwrap();
    fs::write(&path, "somebody's words").unwrap();
    assert!(matches!(
        file.write(&ticket(0)),
        Err(TicketFileError::Exists(_))
    ));
    assert_eq!(fs::read_to_string(&path).unwrap(), "somebody's words");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn a_folder_that_is_not_there_is_found_out_before_there_is_a_ticket() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("gone").join("t.skein-ticket");
    let refused = TicketFile::at(&path, Existing::Replace).unwrap_err();
    assert_eq!(code_of(refused), Code::FileFailed);
}

#[test]
fn a_suggested_name_is_a_name_whatever_the_space_is_called() {
    for (space, name) in [
        ("Team Nord", "Team Nord.skein-ticket"),
        ("Ana & Ben: Küche!", "Ana Ben-Küche.skein-ticket"),
        ("../../etc/passwd", "etc-passwd.skein-ticket"),
        (".hidden", "hidden.skein-ticket"),
        ("a\u{202e}txt.\n", "a-txt.skein-ticket"),
        ("///", "Skein.skein-ticket"),
        ("", "Skein.skein-ticket"),
        ("日本", "日本.skein-ticket"),
    ] {
        assert_eq!(file_name(space), name);
    }
    let long = file_name(&"ü".repeat(300));
    assert!(long.len() <= TICKET_NAME_BYTES + EXTENSION.len() + 1);
}
