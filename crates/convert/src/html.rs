//! HTML out.

use skein_note::{Block, Projection, Value};

use crate::inline::TAGS;
use crate::style::{FLAGS, pieces};
use crate::table;

/// The note's blocks as an HTML fragment. It has no scripts, styles or event handlers, loads nothing,
/// and links only to `http`, `https` and `mailto` addresses.
pub fn to_html(note: &Projection) -> String {
    let mut writer = Writer {
        out: String::new(),
        quote: 0,
        lists: Vec::new(),
    };
    for block in &note.blocks {
        writer.block(note, block);
    }
    writer.enter(0, 0);
    writer.out
}

struct Writer {
    out: String,
    quote: u8,
    /// The lists open around the next item, as their tags. Each has an item open.
    lists: Vec<&'static str>,
}

impl Writer {
    fn block(&mut self, note: &Projection, block: &Block) {
        let list = match block.kind.as_str() {
            "bullet" | "task" if !block.void => Some("ul"),
            "ordered" if !block.void => Some("ol"),
            _ => None,
        };
        let indent = usize::from(block.indent());
        let Some(tag) = list else {
            self.enter(block.quote(), indent);
            self.plain(note, block);
            return;
        };
        self.enter(block.quote(), indent + 1);
        if self.lists.len() > indent {
            // The item before this one, and its list where it is of another kind.
            self.out.push_str("</li>\n");
            if self.lists[indent] != tag {
                self.close_list(indent);
            }
        }
        while self.lists.len() < indent {
            self.open_list("ul");
            self.out.push_str("<li>");
        }
        if self.lists.len() == indent {
            self.open_list(tag);
        }
        self.out.push_str("<li>");
        if block.kind == "task" {
            let checked = if block.checked() { " checked" } else { "" };
            self.out
                .push_str(&format!("<input type=\"checkbox\" disabled{checked}> "));
        }
        self.out.push_str(&inline(block));
    }

    /// Leaves what the next block is not in, and enters the quotes it is in. At most `lists` stay open.
    fn enter(&mut self, quote: u8, lists: usize) {
        let keep = if quote == self.quote { lists } else { 0 };
        while self.lists.len() > keep {
            self.out.push_str("</li>\n");
            self.close_list(self.lists.len() - 1);
        }
        while self.quote > quote {
            self.out.push_str("</blockquote>\n");
            self.quote -= 1;
        }
        while self.quote < quote {
            self.out.push_str("<blockquote>\n");
            self.quote += 1;
        }
    }

    fn open_list(&mut self, tag: &'static str) {
        self.out.push_str(&format!("<{tag}>\n"));
        self.lists.push(tag);
    }

    fn close_list(&mut self, level: usize) {
        self.out.push_str(&format!("</{}>\n", self.lists[level]));
        self.lists.truncate(level);
    }

    fn plain(&mut self, note: &Projection, block: &Block) {
        let text = if block.void {
            void(note, block)
        } else {
            text_block(block)
        };
        self.out.push_str(&text);
        self.out.push('\n');
    }
}

fn text_block(block: &Block) -> String {
    match block.kind.as_str() {
        kind @ ("h1" | "h2" | "h3") => format!("<{kind}>{}</{kind}>", inline(block)),
        "code" => {
            let language = block
                .record
                .get("lang")
                .and_then(Value::as_str)
                .unwrap_or_default();
            let class = match language {
                "" => String::new(),
                language => format!(" class=\"language-{}\"", escaped(language)),
            };
            // The first newline after the tag would be dropped.
            format!("<pre><code{class}>{}</code></pre>", escaped(&block.text()))
        }
        _ => format!("<p>{}</p>", inline(block)),
    }
}

fn void(note: &Projection, block: &Block) -> String {
    let word = |name: &str| block.record.get(name).and_then(Value::as_str);
    match block.kind.as_str() {
        "divider" => "<hr>".to_owned(),
        "table" => match table::rows(note, block) {
            Some(rows) => table(&rows),
            None => "<p>[table]</p>".to_owned(),
        },
        kind => {
            let name = ["alt", "name", "title", "tex"].into_iter().find_map(word);
            format!(
                "<p>{}</p>",
                escaped(&name.map_or_else(|| format!("[{kind}]"), str::to_owned))
            )
        }
    }
}

fn table(rows: &[Vec<String>]) -> String {
    let row = |row: &Vec<String>| {
        let cells: String = row
            .iter()
            .map(|cell| format!("<td>{}</td>", escaped(cell)))
            .collect();
        format!("<tr>{cells}</tr>\n")
    };
    format!(
        "<table>\n{}</table>",
        rows.iter().map(row).collect::<String>()
    )
}

fn inline(block: &Block) -> String {
    let mut out = String::new();
    for piece in pieces(block) {
        let link = piece.style.link.as_deref().filter(|href| is_safe(href));
        if let Some(href) = link {
            out.push_str(&format!("<a href=\"{}\">", escaped(href)));
        }
        let on: Vec<usize> = (0..FLAGS.len())
            .filter(|flag| piece.style.on[*flag])
            .collect();
        out.extend(on.iter().map(|flag| TAGS[*flag].0));
        out.push_str(&escaped(&piece.text).replace('\n', "<br>"));
        out.extend(on.iter().rev().map(|flag| TAGS[*flag].1));
        if link.is_some() {
            out.push_str("</a>");
        }
    }
    out
}

fn is_safe(href: &str) -> bool {
    let href = href.trim_start().to_ascii_lowercase();
    ["http://", "https://", "mailto:"]
        .iter()
        .any(|scheme| href.starts_with(scheme))
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            other => out.push(other),
        }
    }
    out
}
