//! A ticket of `skein space invite` as text, file and QR code, and the way back in `skein space join --file`.

use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};

use serde::Serialize;
use skein_app::control::{Answer, Request};
use skein_app::ticket::{self, Existing, QrCode, TicketFile};
use skein_app::view::{Invitation, Role};
use skein_app::{Code, Fault};

use super::space::role_words;
use super::{Here, unexpected};
use crate::output::Stop;

/// What is printed with `--json`: the invitation, and where its file lies.
#[derive(Serialize)]
struct Printed<'a> {
    #[serde(flatten)]
    invitation: &'a Invitation,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a Path>,
}

/// Makes a ticket. A file that cannot be written is found out first: a ticket that nobody has got is of no use.
pub(super) async fn invite(
    here: &Here,
    space: Option<String>,
    role: Role,
    minutes: u32,
    path: Option<PathBuf>,
    qr: bool,
) -> Result<(), Stop> {
    let place = path.as_deref().map(absolute).transpose()?;
    let place = place.as_deref();
    let file = place.map(|path| TicketFile::at(path, Existing::Keep));
    let file = file.transpose()?;
    let request = Request::SpaceInvite {
        space,
        role,
        minutes,
    };
    let Answer::Invitation(invitation) = here.ask(request).await? else {
        return Err(unexpected().into());
    };
    if let Some(file) = file {
        file.write(&invitation.ticket)?;
    }
    if qr {
        let code = QrCode::of(&invitation.ticket)?;
        here.out.say(&drawn(&code, io::stderr().is_terminal()));
    }
    if !here.out.json {
        here.out.say(&format!(
            "lets one device in as {}, for {minutes} minutes, while skein runs here. who has it can join once:",
            role_words(Some(role))
        ));
    }
    let printed = Printed {
        invitation: &invitation,
        file: place,
    };
    here.out.value(&printed, || match place {
        Some(path) => path.display().to_string(),
        None => invitation.ticket.clone(),
    })
}

/// A path that means the same from every folder: it is printed for somebody to carry on.
fn absolute(path: &Path) -> Result<PathBuf, Fault> {
    std::path::absolute(path).map_err(|why| {
        let message = format!(
            "{} cannot be written: {why}. no ticket was made",
            path.display()
        );
        Fault::new(Code::FileFailed, message)
    })
}

/// The ticket in a file, or in what comes over standard input.
pub(super) fn read(path: &Path) -> Result<String, Fault> {
    let found = if path == Path::new("-") {
        ticket::read_from(io::stdin().lock(), "standard input")
    } else {
        ticket::read(path)
    };
    Ok(found?.ticket)
}

/// A code in half blocks: a line of text is two rows. Light squares are drawn, dark ones left free, which is right on
/// the dark ground most terminals have; where the output is one, its colours are set, so that the ground does not matter.
fn drawn(code: &QrCode, colours: bool) -> String {
    let (on, off) = match colours {
        true => ("\x1b[38;5;231;48;5;16m", "\x1b[0m"),
        false => ("", ""),
    };
    let edge = QrCode::EDGE;
    let light = |row: usize, column: usize| {
        let inside = row.checked_sub(edge).zip(column.checked_sub(edge));
        inside.is_none_or(|(row, column)| !code.is_dark(row, column))
    };
    let side = code.side() + 2 * edge;
    let line = |row: usize| {
        let squares = (0..side).map(|column| {
            // Below the last row of an odd number there is nothing.
            match (light(row, column), row + 1 < side && light(row + 1, column)) {
                (true, true) => '█',
                (true, false) => '▀',
                (false, true) => '▄',
                (false, false) => ' ',
            }
        });
        format!("{on}{}{off}", squares.collect::<String>())
    };
    let lines: Vec<String> = (0..side).step_by(2).map(line).collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    const TICKET: &str = include_str!("../../../../tests/data/golden/ticket/ticket.txt");

    #[test]
    fn every_line_sets_its_colours_and_takes_them_back() {
        let code = QrCode::of(TICKET).unwrap();
        let plain = drawn(&code, false);
        assert_eq!(plain.lines().count(), (code.side() + 8).div_ceil(2));
        assert!(!plain.contains('\x1b'));
        for (line, coloured) in plain.lines().zip(drawn(&code, true).lines()) {
            assert_eq!(line.chars().count(), code.side() + 8);
            assert_eq!(coloured, format!("\x1b[38;5;231;48;5;16m{line}\x1b[0m"));
        }
    }
}
