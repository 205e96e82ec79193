//! Tickets as bytes and as people paste them.

use std::net::SocketAddr;

use crate::exchange::ticket;
use skein_space::*;

#[test]
fn a_ticket_is_read_however_it_is_pasted() {
    let text = ticket().text().unwrap();
    assert!(text.starts_with("SKEIN1-") && text.len() < 400);
    let spread: String = text
        .chars()
        .flat_map(|c| [c, '\u{2013}', ' ', '\n', '\u{a0}'])
        .collect();
    for pasted in [
        text.to_lowercase(),
        format!("  {text}\r\n"),
        spread,
        text.replace('-', ""),
    ] {
        assert_eq!(pasted.parse::<Ticket>(), Ok(ticket()));
    }
}

#[test]
fn a_page_of_text_is_not_searched_for_a_ticket() {
    let text = ticket().text().unwrap();
    let pasted = |length: usize| format!("{text}{}", " ".repeat(length - text.len()));
    let most = config::MAX_TICKET_TEXT;
    assert_eq!(pasted(most).parse::<Ticket>(), Ok(ticket()));
    for longer in [most + 1, most + 2] {
        let read = pasted(longer).parse::<Ticket>();
        assert_eq!(read, Err(TicketError::NotATicket));
    }
}

#[test]
fn a_mistyped_ticket_says_so() {
    let text = ticket().text().unwrap();
    for at in 7..text.len() {
        let mut typed = text.clone().into_bytes();
        typed[at] = if typed[at] == b'A' { b'B' } else { b'A' };
        let typed = String::from_utf8(typed).unwrap();
        assert_eq!(
            typed.parse::<Ticket>(),
            Err(TicketError::Mistyped),
            "character {at}"
        );
    }
    for end in 7..text.len() {
        assert_eq!(
            text[..end].parse::<Ticket>(),
            Err(TicketError::Mistyped),
            "cut at {end}"
        );
    }
    for wrong in [
        format!("{text}A"),
        format!("{text}{text}"),
        text.replacen("-A", "-0", 1),
        format!("{text}!"),
    ] {
        assert_eq!(
            wrong.parse::<Ticket>(),
            Err(TicketError::Mistyped),
            "{wrong}"
        );
    }
}

#[test]
fn what_is_no_ticket_is_called_so_and_a_newer_one_too() {
    for wrong in [
        "",
        "hello",
        "SKEIN",
        "SKEIN0-AAAA",
        "https://example.org/SKEIN1-AAAA",
        "SKEINX",
    ] {
        assert_eq!(
            wrong.parse::<Ticket>(),
            Err(TicketError::NotATicket),
            "{wrong}"
        );
    }
    assert_eq!("SKEIN2-AAAA".parse::<Ticket>(), Err(TicketError::Newer));
    assert_eq!(
        "-".repeat(5_000).parse::<Ticket>(),
        Err(TicketError::NotATicket)
    );
    let mut newer = ticket().encode().unwrap();
    newer[0] = 2;
    assert_eq!(Ticket::decode(&summed(newer)), Err(TicketError::Newer));
}

#[test]
fn a_ticket_whose_fields_make_no_sense_is_refused_even_with_a_good_checksum() {
    let bytes = ticket().encode().unwrap();
    let count_at = 1 + 16 + 32 + 32 + 8;
    for (at, value) in [
        (0, 0),
        (count_at, 1),
        (count_at, 3),
        (count_at, 9),
        (count_at + 1, 5),
    ] {
        let mut changed = bytes.clone();
        changed[at] = value;
        assert_eq!(
            Ticket::decode(&summed(changed)),
            Err(TicketError::Malformed),
            "byte {at} = {value}"
        );
    }
}

#[test]
fn a_ticket_holds_at_most_eight_addresses() {
    let address = |port: u16| SocketAddr::from(([192, 0, 2, 1], port));
    let with = |count| Ticket {
        addresses: (1..=count).map(address).collect(),
        ..ticket()
    };
    assert_eq!(with(8).text().unwrap().parse(), Ok(with(8)));
    assert_eq!(with(9).encode(), Err(TicketError::TooManyAddresses));
}

/// With the checksum put right again.
fn summed(mut bytes: Vec<u8>) -> Vec<u8> {
    bytes.truncate(bytes.len() - 4);
    let sum = blake3::hash(&bytes);
    bytes.extend_from_slice(&sum.as_bytes()[..4]);
    bytes
}
