//! Markdown in.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use comrak::nodes::{AstNode, ListType, NodeValue};
use comrak::{Arena, Options, parse_document};
use skein_note::{Block, Value};
use thiserror::Error;

use crate::config::{EMPTY_ITEM, MAX_CONTAINERS, MAX_INDENT, MAX_QUOTE, NO_ITEM};
use crate::plain::{from_plain, lines};
use crate::style::{CODE, FLAGS, Piece, Style, add, inline};

/// What was read, and what could not be kept.
#[derive(Debug, Clone, PartialEq)]
pub struct Read {
    /// The blocks in order.
    pub blocks: Vec<Block>,
    /// What was kept in another form or not at all, in order.
    pub lost: Vec<Lost>,
}

/// Something that could not be kept as it was.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("line {line}: {what}")]
pub struct Lost {
    /// Line of the text it stood in, from 1.
    pub line: usize,
    /// What happened to it.
    pub what: Loss,
}

/// What can be lost on the way in.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Loss {
    /// Headings go down to 3.
    #[error("a heading of level {0} became one of level 3")]
    HeadingLevel(u8),
    /// Indentation goes down to 8.
    #[error("a list of more than nine levels became flatter")]
    Indent,
    /// Quotes go down to 3.
    #[error("a quote of more than three levels became flatter")]
    Quote,
    /// Pictures are not read yet.
    #[error("a picture became a link")]
    Picture,
    /// Tables are not read yet.
    #[error("a table became a code block")]
    Table,
    /// HTML other than the tags of marks.
    #[error("HTML became text")]
    Html,
    /// A YAML block before the text.
    #[error("front matter became a code block")]
    FrontMatter,
    /// A link has no title.
    #[error("the title of a link was dropped")]
    LinkTitle,
    /// The text could not be parsed at all.
    #[error("the text could not be read as Markdown and became plain paragraphs")]
    Unreadable,
}

/// Reads Markdown. `ids` mints the blocks' ids. There is no text that cannot be read.
pub fn from_markdown(text: &str, ids: &mut dyn FnMut() -> String) -> Read {
    // As CommonMark says; the parser itself does so in some places only.
    let text = &*lines(text).replace('\0', "\u{fffd}");
    // The parser is foreign code; whatever it does, the words are kept.
    let attempt = catch_unwind(AssertUnwindSafe(|| {
        let arena = Arena::new();
        let root = parse_document(&arena, text, &options(true));
        let mut reader = Reader {
            ids: &mut *ids,
            read: Read {
                blocks: Vec::new(),
                lost: Vec::new(),
            },
        };
        reader.children(root, Place::default(), 0);
        reader.read
    }));
    attempt.unwrap_or_else(|_| Read {
        blocks: from_plain(text, ids),
        lost: vec![Lost {
            line: 1,
            what: Loss::Unreadable,
        }],
    })
}

/// How a block's content reads back; none where it would become something else.
pub(crate) fn read_back(content: &str, heading: bool) -> Option<Vec<Piece>> {
    let arena = Arena::new();
    let text = if heading {
        format!("# {content}")
    } else {
        content.to_owned()
    };
    let root = parse_document(&arena, &text, &options(false));
    let mut blocks = root.children();
    let (Some(only), None) = (blocks.next(), blocks.next()) else {
        return content.is_empty().then(Vec::new);
    };
    let fits = match only.data.borrow().value {
        NodeValue::Paragraph => !heading,
        NodeValue::Heading(heading_read) => heading && heading_read.level == 1,
        _ => false,
    };
    fits.then(|| pieces(only, &mut Vec::new()))
}

fn options(front_matter: bool) -> Options<'static> {
    let mut options = Options::default();
    options.extension.strikethrough = true;
    options.extension.table = true;
    options.extension.tasklist = true;
    options.extension.front_matter_delimiter = front_matter.then(|| "---".to_owned());
    // Keeps `\[ ]` apart from a task.
    options.render.escaped_char_spans = true;
    options
}

/// What a block stands in.
#[derive(Debug, Clone, Copy, Default)]
struct Place {
    quote: u8,
    /// Lists around it.
    lists: u8,
}

struct Reader<'a> {
    ids: &'a mut dyn FnMut() -> String,
    read: Read,
}

impl Reader<'_> {
    fn children<'a>(&mut self, node: &'a AstNode<'a>, place: Place, depth: usize) {
        for child in node.children() {
            self.node(child, place, depth + 1);
        }
    }

    fn node<'a>(&mut self, node: &'a AstNode<'a>, place: Place, depth: usize) {
        if depth > MAX_CONTAINERS {
            let text = all_text(node);
            self.plain(
                node,
                "p",
                place,
                vec![Piece {
                    text,
                    style: Style::default(),
                }],
            );
            return;
        }
        // The value is copied so that children can be read while it is looked at.
        let value = node.data.borrow().value.clone();
        match value {
            NodeValue::BlockQuote => {
                self.children(
                    node,
                    Place {
                        quote: place.quote.saturating_add(1),
                        ..place
                    },
                    depth,
                );
            }
            NodeValue::List(list) => {
                for item in node.children() {
                    self.item(item, list.list_type, place, depth + 1);
                }
            }
            NodeValue::Heading(heading) => {
                if heading.level > 3 {
                    self.lose(node, Loss::HeadingLevel(heading.level));
                }
                let kind = ["h1", "h2", "h3"][usize::from(heading.level.clamp(1, 3)) - 1];
                self.content(node, kind, place);
            }
            NodeValue::CodeBlock(code) => self.code(node, &code.literal, &code.info, place),
            NodeValue::ThematicBreak => {
                let mut block = self.block(node, "divider", place, Vec::new());
                block.void = true;
                self.read.blocks.push(block);
            }
            NodeValue::HtmlBlock(html) => {
                self.lose(node, Loss::Html);
                self.code(node, &html.literal, "html", place);
            }
            NodeValue::Table(_) => {
                self.lose(node, Loss::Table);
                self.code(node, &crate::table::source(node), "markdown", place);
            }
            NodeValue::FrontMatter(text) => {
                self.lose(node, Loss::FrontMatter);
                let lines = text
                    .trim()
                    .trim_start_matches("---")
                    .trim_end_matches("---");
                self.code(node, lines.trim_matches('\n'), "yaml", place);
            }
            _ => self.content(node, "p", place),
        }
    }

    /// A list item: its first paragraph is the block, the rest stands one level further in.
    fn item<'a>(&mut self, item: &'a AstNode<'a>, list: ListType, place: Place, depth: usize) {
        let task = match item.data.borrow().value {
            NodeValue::TaskItem(task) => Some(task.symbol.is_some()),
            _ => None,
        };
        let kind = match (task, list) {
            (Some(_), _) => "task",
            (None, ListType::Ordered) => "ordered",
            (None, ListType::Bullet) => "bullet",
        };
        let mut children = item.children().peekable();
        let (own, no_block) = children.peek().map_or((false, false), |first| own(first));
        if !no_block {
            let content = if own { children.peek().copied() } else { None };
            let paragraph = content.filter(|first| !is_comment(first));
            let read = paragraph
                .map(|first| pieces(first, &mut self.read.lost))
                .unwrap_or_default();
            let mut block = self.block(item, kind, place, read);
            if task == Some(true) {
                block.record.insert("checked".to_owned(), Value::Bool(true));
            }
            self.read.blocks.push(block);
        }
        if own {
            children.next();
        }
        let inside = Place {
            lists: place.lists.saturating_add(1),
            ..place
        };
        for child in children {
            self.node(child, inside, depth + 1);
        }
    }

    fn content<'a>(&mut self, node: &'a AstNode<'a>, kind: &str, place: Place) {
        let read = pieces(node, &mut self.read.lost);
        self.plain(node, kind, place, read);
    }

    fn plain<'a>(&mut self, node: &'a AstNode<'a>, kind: &str, place: Place, read: Vec<Piece>) {
        let block = self.block(node, kind, place, read);
        self.read.blocks.push(block);
    }

    fn code<'a>(&mut self, node: &'a AstNode<'a>, text: &str, info: &str, place: Place) {
        let text = text.strip_suffix('\n').unwrap_or(text);
        let mut read = Vec::new();
        add(&mut read, text, Style::default());
        let mut block = self.block(node, "code", place, read);
        if !info.is_empty() {
            block.record.insert("lang".to_owned(), Value::from(info));
        }
        self.read.blocks.push(block);
    }

    fn block<'a>(
        &mut self,
        node: &'a AstNode<'a>,
        kind: &str,
        place: Place,
        read: Vec<Piece>,
    ) -> Block {
        if place.lists > MAX_INDENT {
            self.lose(node, Loss::Indent);
        }
        if place.quote > MAX_QUOTE {
            self.lose(node, Loss::Quote);
        }
        let mut record = BTreeMap::new();
        for (name, value, most) in [
            ("indent", place.lists, MAX_INDENT),
            ("quote", place.quote, MAX_QUOTE),
        ] {
            if value > 0 {
                record.insert(name.to_owned(), Value::from(value.min(most)));
            }
        }
        let kind = kind.to_owned();
        Block {
            id: Some((self.ids)()),
            kind,
            record,
            inline: inline(read),
            ..Block::default()
        }
    }

    fn lose<'a>(&mut self, node: &'a AstNode<'a>, what: Loss) {
        self.read.lost.push(lost(node, what));
    }
}

fn lost<'a>(node: &'a AstNode<'a>, what: Loss) -> Lost {
    Lost {
        line: node.data.borrow().sourcepos.start.line.max(1),
        what,
    }
}

/// Whether an item's first child is what the item itself says, and whether the item is no block.
fn own<'a>(first: &'a AstNode<'a>) -> (bool, bool) {
    match &first.data.borrow().value {
        NodeValue::Paragraph => (true, false),
        NodeValue::HtmlBlock(html) if html.literal.trim() == NO_ITEM => (true, true),
        NodeValue::HtmlBlock(html) if html.literal.trim() == EMPTY_ITEM => (true, false),
        _ => (false, false),
    }
}

fn is_comment<'a>(node: &'a AstNode<'a>) -> bool {
    matches!(node.data.borrow().value, NodeValue::HtmlBlock(_))
}

/// All words below a node, without recursion.
pub(crate) fn all_text<'a>(node: &'a AstNode<'a>) -> String {
    let mut text = String::new();
    for below in node.descendants() {
        match &below.data.borrow().value {
            NodeValue::Text(added) => text.push_str(added),
            NodeValue::Code(code) => text.push_str(&code.literal),
            NodeValue::CodeBlock(code) => text.push_str(&code.literal),
            NodeValue::HtmlBlock(html) => text.push_str(&html.literal),
            NodeValue::SoftBreak | NodeValue::LineBreak => text.push('\n'),
            _ => (),
        }
    }
    text
}

/// A paragraph's or heading's content.
fn pieces<'a>(node: &'a AstNode<'a>, losses: &mut Vec<Lost>) -> Vec<Piece> {
    use comrak::arena_tree::NodeEdge;
    let mut pieces = Vec::new();
    let mut open = Open::default();
    for edge in node.traverse() {
        let (edge, starts) = match edge {
            NodeEdge::Start(edge) => (edge, true),
            NodeEdge::End(edge) => (edge, false),
        };
        match &edge.data.borrow().value {
            NodeValue::Strong => open.count(0, starts),
            NodeValue::Emph => open.count(1, starts),
            NodeValue::Strikethrough => open.count(3, starts),
            NodeValue::Link(link) => {
                if starts && !link.title.is_empty() {
                    losses.push(lost(edge, Loss::LinkTitle));
                }
                open.link(&link.url, starts);
            }
            NodeValue::Image(image) => {
                if starts {
                    losses.push(lost(edge, Loss::Picture));
                }
                open.link(&image.url, starts);
            }
            _ if !starts => (),
            NodeValue::Text(text) => add(&mut pieces, text, open.style()),
            NodeValue::SoftBreak => add(&mut pieces, " ", open.style()),
            NodeValue::LineBreak => add(&mut pieces, "\n", open.style()),
            NodeValue::Code(code) => {
                let mut style = open.style();
                style.on[CODE] = true;
                add(&mut pieces, &code.literal, style);
            }
            NodeValue::HtmlInline(html) if html == EMPTY_ITEM => (),
            NodeValue::HtmlInline(html) => match tag(html) {
                Some(Tag::Mark(flag, starts)) => open.count(flag, starts),
                Some(Tag::Break) => add(&mut pieces, "\n", open.style()),
                None => {
                    losses.push(lost(edge, Loss::Html));
                    add(&mut pieces, html, open.style());
                }
            },
            _ => (),
        }
    }
    pieces
}

/// What is open around the text being read.
#[derive(Default)]
struct Open {
    links: Vec<String>,
    flags: [usize; FLAGS.len()],
}

impl Open {
    fn count(&mut self, flag: usize, starts: bool) {
        let count = &mut self.flags[flag];
        *count = if starts {
            *count + 1
        } else {
            count.saturating_sub(1)
        };
    }

    fn link(&mut self, url: &str, starts: bool) {
        if starts {
            self.links.push(url.to_owned());
        } else {
            self.links.pop();
        }
    }

    fn style(&self) -> Style {
        Style {
            link: self.links.last().cloned(),
            on: self.flags.map(|count| count > 0),
        }
    }
}

enum Tag {
    /// A mark's position in [`FLAGS`], and whether it starts.
    Mark(usize, bool),
    Break,
}

/// A tag of those that stand for marks and line breaks.
fn tag(html: &str) -> Option<Tag> {
    let name = html.strip_prefix('<')?.strip_suffix('>')?;
    let name = name
        .trim()
        .trim_end_matches('/')
        .trim_end()
        .to_ascii_lowercase();
    let (name, starts) = name
        .strip_prefix('/')
        .map_or((name.as_str(), true), |name| (name, false));
    let flag = match name {
        "br" => return Some(Tag::Break),
        "b" | "strong" => 0,
        "i" | "em" => 1,
        "u" | "ins" => 2,
        "s" | "del" | "strike" => 3,
        "mark" => 4,
        "code" => CODE,
        _ => return None,
    };
    Some(Tag::Mark(flag, starts))
}
