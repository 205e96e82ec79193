//! A ticket as a QR code.

use qrcode::types::Color;
use qrcode::{EcLevel, QrCode as Drawn};
use skein_space::Ticket;

use super::TicketFileError;

/// The dark and light squares of a QR code. Who draws it leaves [`QrCode::EDGE`] light squares on every side.
///
/// It holds the ticket's text, not its bytes: any phone shows a text, which can be sent on and pasted, and of capital
/// letters and digits a code takes nearly as many.
#[derive(Clone)]
pub struct QrCode {
    side: usize,
    squares: Vec<Color>,
}

impl QrCode {
    /// Light squares around it, by its standard; scanners look for them.
    pub const EDGE: usize = 4;

    /// Draws a ticket. The longest one takes 65 squares a side, a common one 53.
    ///
    /// # Errors
    /// When the text is no ticket.
    pub fn of(ticket: &str) -> Result<Self, TicketFileError> {
        let text = ticket.parse::<Ticket>()?.text()?;
        // Medium: a seventh of it may be dirty or in a shadow. More would need smaller squares.
        let drawn = Drawn::with_error_correction_level(text.as_bytes(), EcLevel::M)
            .expect("the longest ticket takes a fifth of the largest code");
        Ok(Self::from_drawn(drawn))
    }

    pub(super) fn from_drawn(drawn: Drawn) -> Self {
        Self {
            side: drawn.width(),
            squares: drawn.into_colors(),
        }
    }

    /// Squares a side, without the edge.
    pub fn side(&self) -> usize {
        self.side
    }

    /// Whether a square is dark; all outside are light.
    pub fn is_dark(&self, row: usize, column: usize) -> bool {
        let inside = row < self.side && column < self.side;
        inside && self.squares[row * self.side + column] == Color::Dark
    }
}
