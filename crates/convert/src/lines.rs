//! Lines of Markdown inside quotes and lists.

use crate::config::NO_ITEM;

/// A level of lists that is open: what is written next can be its next item, or belong to its last.
#[derive(Debug)]
struct Level {
    /// Number of the last item; none for bullets.
    number: Option<usize>,
    /// Width of its marker: how far what belongs to the item is indented.
    width: usize,
}

/// What a block's lines are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// A bullet or task.
    Bullet,
    /// A numbered item.
    Ordered,
    /// Anything else.
    Plain,
}

/// Writes blocks one after the other.
#[derive(Default)]
pub(crate) struct Lines {
    out: String,
    quote: u8,
    levels: Vec<Level>,
    /// Shape of the last block; none before the first.
    last: Option<Shape>,
}

impl Lines {
    /// Writes one block: its lines, so many quotes and list levels deep.
    pub(crate) fn block(&mut self, shape: Shape, quote: u8, indent: u8, lines: &[String]) {
        self.separate(shape, quote);
        if quote != self.quote {
            self.levels.clear();
            self.quote = quote;
        }
        let indent = usize::from(indent);
        let mut first = String::new();
        if shape == Shape::Plain {
            self.levels.truncate(indent);
        } else {
            self.levels.truncate(indent + 1);
        }
        while self.levels.len() < indent {
            // Nothing stands at this level: an item that is no block carries what is below it.
            let line = format!("{}- {NO_ITEM}", self.prefix(self.levels.len()));
            self.line(&line);
            self.levels.push(Level {
                number: None,
                width: 2,
            });
            if shape == Shape::Plain && self.levels.len() == indent {
                self.blank(quote);
            }
        }
        if shape != Shape::Plain {
            first = self.marker(shape, indent);
        }
        for (position, line) in lines.iter().enumerate() {
            let text = if position == 0 {
                let depth = self.levels.len() - usize::from(shape != Shape::Plain);
                format!("{}{first}{line}", self.prefix(depth))
            } else {
                format!("{}{line}", self.prefix(self.levels.len()))
            };
            // What a line holds is kept; an empty one needs no indentation.
            self.line(if line.is_empty() {
                text.trim_end()
            } else {
                &text
            });
        }
        self.last = Some(shape);
    }

    /// Everything, one newline at the end.
    pub(crate) fn finish(self) -> String {
        self.out
    }

    /// A blank line, unless one item follows another.
    fn separate(&mut self, shape: Shape, quote: u8) {
        let Some(last) = self.last else { return };
        let items = last != Shape::Plain && shape != Shape::Plain && quote == self.quote;
        if !items {
            self.blank(quote.min(self.quote));
        }
    }

    fn blank(&mut self, quote: u8) {
        let line = "> ".repeat(usize::from(quote));
        self.line(line.trim_end());
    }

    fn line(&mut self, line: &str) {
        self.out.push_str(line);
        self.out.push('\n');
    }

    /// Opens the next item of the level and returns its marker.
    fn marker(&mut self, shape: Shape, level: usize) -> String {
        let before = self.levels.get(level).and_then(|level| level.number);
        let number = (shape == Shape::Ordered).then(|| before.unwrap_or(0) + 1);
        let marker = number.map_or("- ".to_owned(), |number| format!("{number}. "));
        self.levels.truncate(level);
        self.levels.push(Level {
            number,
            width: marker.len(),
        });
        marker
    }

    /// Quotes, and the indentation of so many list levels.
    fn prefix(&self, depth: usize) -> String {
        let width: usize = self.levels[..depth].iter().map(|level| level.width).sum();
        format!(
            "{}{}",
            "> ".repeat(usize::from(self.quote)),
            " ".repeat(width)
        )
    }
}
