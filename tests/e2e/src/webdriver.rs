//! A client for as much of the W3C WebDriver protocol as the tests speak, over plain HTTP.
//!
//! The driver listens on its device's own loopback, so the connection is opened from inside that
//! device's network namespace; each command has a connection of its own.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};
use skein_integration::network::Host;

/// The name under which WebDriver hands out elements; fixed by the standard.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";
/// A command that types a long text takes a while on a busy machine.
const COMMAND: Duration = Duration::from_secs(120);

/// Why a command was not carried out.
#[derive(Debug, Clone)]
pub struct Refused {
    /// The standard's error code, such as `no such element`; `connection` when there was no answer.
    pub code: String,
    /// What the driver says about it.
    pub message: String,
}

impl std::fmt::Display for Refused {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{}: {}", self.code, self.message)
    }
}

impl From<io::Error> for Refused {
    fn from(error: io::Error) -> Self {
        Refused {
            code: "connection".into(),
            message: error.to_string(),
        }
    }
}

/// A key that writes no character, by its code point in the standard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// Deletes backwards.
    Backspace,
    /// Indents, or moves on.
    Tab,
    /// Splits a block.
    Enter,
    /// Held with others.
    Shift,
    /// Held with others.
    Control,
    /// Closes a dialog.
    Escape,
    /// To the end of the line.
    End,
    /// To the start of the line.
    Home,
    /// One to the left.
    Left,
    /// One up.
    Up,
    /// One to the right.
    Right,
    /// One down.
    Down,
    /// Deletes forwards.
    Delete,
}

impl Key {
    fn code(self) -> char {
        match self {
            Key::Backspace => '\u{E003}',
            Key::Tab => '\u{E004}',
            Key::Enter => '\u{E007}',
            Key::Shift => '\u{E008}',
            Key::Control => '\u{E009}',
            Key::Escape => '\u{E00C}',
            Key::End => '\u{E010}',
            Key::Home => '\u{E011}',
            Key::Left => '\u{E012}',
            Key::Up => '\u{E013}',
            Key::Right => '\u{E014}',
            Key::Down => '\u{E015}',
            Key::Delete => '\u{E017}',
        }
    }
}

/// An element of the page, by the driver's reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Element(String);

impl Element {
    /// The element that a script returned, if it returned one.
    pub fn of(value: &Value) -> Option<Element> {
        value[ELEMENT].as_str().map(|id| Element(id.to_owned()))
    }
}

/// Where a driver listens.
#[derive(Clone, Copy)]
pub struct Driver<'a> {
    /// On which host.
    pub host: &'a Host,
    /// On which port of its loopback.
    pub port: u16,
}

impl Driver<'_> {
    /// Asks whether the driver answers.
    pub fn answers(&self) -> bool {
        self.call("GET", "/status", &Value::Null).is_ok()
    }

    /// Starts `program` with `arguments` and returns the id of the session that holds its window.
    ///
    /// # Errors
    /// When the driver cannot start it, or it opens no window that may be held.
    pub fn open(&self, program: &Path, arguments: &[String]) -> Result<String, Refused> {
        let options = json!({ "binary": program, "args": arguments });
        let wanted =
            json!({ "capabilities": { "alwaysMatch": { "webkitgtk:browserOptions": options } } });
        let answer = self.call("POST", "/session", &wanted)?;
        let id = answer["sessionId"].as_str();
        id.map(str::to_owned).ok_or_else(|| Refused {
            code: "no session".into(),
            message: answer.to_string(),
        })
    }

    /// Sends one command and gives its `value`.
    ///
    /// # Errors
    /// What the driver refused, or `connection`.
    pub fn call(&self, method: &str, path: &str, body: &Value) -> Result<Value, Refused> {
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        let mut stream = self
            .host
            .connect(SocketAddr::from((Ipv4Addr::LOCALHOST, self.port)))?;
        stream.set_read_timeout(Some(COMMAND))?;
        let length = body.len();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nConnection: close\r\n\
             Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n",
            self.port
        );
        stream.write_all(head.as_bytes())?;
        stream.write_all(body.as_bytes())?;
        let answer: Value =
            serde_json::from_slice(&body_of(&mut stream)?).map_err(|error| Refused {
                code: "connection".into(),
                message: error.to_string(),
            })?;
        let value = answer["value"].clone();
        match value["error"].as_str() {
            None => Ok(value),
            Some(code) => Err(Refused {
                code: code.to_owned(),
                message: value["message"].as_str().unwrap_or_default().to_owned(),
            }),
        }
    }
}

/// Reads one HTTP answer whose length is given, or that ends with its connection.
fn body_of(stream: &mut TcpStream) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut part = [0; 16 * 1024];
    let (mut start, mut length) = (None, None);
    loop {
        if let (Some(start), Some(length)) = (start, length)
            && bytes.len() >= start + length
        {
            return Ok(bytes[start..start + length].to_vec());
        }
        let count = stream.read(&mut part)?;
        if count == 0 {
            let start = start.ok_or(io::ErrorKind::UnexpectedEof)?;
            return Ok(bytes.split_off(start));
        }
        bytes.extend_from_slice(&part[..count]);
        if start.is_none()
            && let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n")
        {
            start = Some(end + 4);
            length = length_of(&String::from_utf8_lossy(&bytes[..end]));
        }
    }
}

fn length_of(head: &str) -> Option<usize> {
    let mut fields = head.lines().filter_map(|line| line.split_once(':'));
    let (_, value) = fields.find(|(name, _)| name.eq_ignore_ascii_case("content-length"))?;
    value.trim().parse().ok()
}

/// One held window.
#[derive(Clone, Copy)]
pub struct Session<'a> {
    /// The driver that holds it.
    pub driver: Driver<'a>,
    /// The session's id.
    pub id: &'a str,
}

impl Session<'_> {
    fn post(&self, command: &str, body: &Value) -> Result<Value, Refused> {
        self.driver
            .call("POST", &format!("/session/{}/{command}", self.id), body)
    }

    fn get(&self, command: &str) -> Result<Value, Refused> {
        self.driver.call(
            "GET",
            &format!("/session/{}/{command}", self.id),
            &Value::Null,
        )
    }

    /// Goes to a page; only where there is a browser, never in the application.
    ///
    /// # Errors
    /// What the driver refused.
    pub fn go(&self, address: &str) -> Result<(), Refused> {
        self.post("url", &json!({ "url": address })).map(drop)
    }

    /// The first element that a CSS selector names.
    ///
    /// # Errors
    /// `no such element`, or what else the driver refused.
    pub fn find(&self, selector: &str) -> Result<Element, Refused> {
        let found = self.post(
            "element",
            &json!({ "using": "css selector", "value": selector }),
        )?;
        Element::of(&found).ok_or_else(|| Refused {
            code: "no element".into(),
            message: found.to_string(),
        })
    }

    /// Whether a person sees the element.
    ///
    /// # Errors
    /// `stale element reference`, or what else the driver refused.
    pub fn is_shown(&self, element: &Element) -> Result<bool, Refused> {
        self.get(&format!("element/{}/displayed", element.0))
            .map(|shown| shown == true)
    }

    /// The element's text as shown.
    ///
    /// # Errors
    /// `stale element reference`, or what else the driver refused.
    pub fn text(&self, element: &Element) -> Result<String, Refused> {
        let text = self.get(&format!("element/{}/text", element.0))?;
        Ok(text.as_str().unwrap_or_default().to_owned())
    }

    /// Clicks into the middle of an element.
    ///
    /// # Errors
    /// `element not interactable`, or what else the driver refused.
    pub fn click(&self, element: &Element) -> Result<(), Refused> {
        self.post(&format!("element/{}/click", element.0), &json!({}))
            .map(drop)
    }

    /// Moves the pointer to a point of the page, in CSS pixels, and clicks there.
    ///
    /// # Errors
    /// What the driver refused.
    pub fn click_at(&self, x: i64, y: i64) -> Result<(), Refused> {
        let actions = json!([
            { "type": "pointerMove", "duration": 0, "x": x, "y": y, "origin": "viewport" },
            { "type": "pointerDown", "button": 0 },
            { "type": "pointerUp", "button": 0 },
        ]);
        let parameters = json!({ "pointerType": "mouse" });
        let mouse = json!({ "type": "pointer", "id": "mouse", "parameters": parameters, "actions": actions });
        self.post("actions", &json!({ "actions": [mouse] }))
            .map(drop)
    }

    /// Presses and releases the key of each character in turn, into whatever has the focus.
    ///
    /// # Errors
    /// What the driver refused.
    pub fn keys(&self, text: &str) -> Result<(), Refused> {
        let press = |letter: char| {
            let letter = if letter == '\n' {
                Key::Enter.code()
            } else {
                letter
            };
            [
                json!({ "type": "keyDown", "value": letter }),
                json!({ "type": "keyUp", "value": letter }),
            ]
        };
        self.act(text.chars().flat_map(press).collect())
    }

    /// Presses `key` while `held` are down.
    ///
    /// # Errors
    /// What the driver refused.
    pub fn chord(&self, held: &[Key], key: char) -> Result<(), Refused> {
        let event = |kind: &str, letter: char| json!({ "type": kind, "value": letter });
        let down = held.iter().map(|held| event("keyDown", held.code()));
        let both = [event("keyDown", key), event("keyUp", key)];
        let up = held.iter().rev().map(|held| event("keyUp", held.code()));
        self.act(down.chain(both).chain(up).collect())
    }

    /// Presses and releases one key that writes no character, with `held` down.
    ///
    /// # Errors
    /// What the driver refused.
    pub fn press(&self, held: &[Key], key: Key) -> Result<(), Refused> {
        self.chord(held, key.code())
    }

    fn act(&self, actions: Vec<Value>) -> Result<(), Refused> {
        let keyboard = json!({ "type": "key", "id": "keyboard", "actions": actions });
        self.post("actions", &json!({ "actions": [keyboard] }))
            .map(drop)
    }

    /// Runs a script in the page and gives what it returns.
    ///
    /// # Errors
    /// `javascript error`, or what else the driver refused.
    pub fn script(&self, script: &str, arguments: &[Value]) -> Result<Value, Refused> {
        self.post(
            "execute/sync",
            &json!({ "script": script, "args": arguments }),
        )
    }

    /// Runs a script that may take as long as `limit` and calls its last argument when done.
    ///
    /// # Errors
    /// `script timeout`, `javascript error`, or what else the driver refused.
    pub fn script_async(
        &self,
        script: &str,
        arguments: &[Value],
        limit: Duration,
    ) -> Result<Value, Refused> {
        self.post("timeouts", &json!({ "script": limit.as_millis() as u64 }))?;
        self.post(
            "execute/async",
            &json!({ "script": script, "args": arguments }),
        )
    }

    /// Sets the window's size in CSS pixels, frame included.
    ///
    /// # Errors
    /// What the driver refused.
    pub fn resize(&self, width: u32, height: u32) -> Result<(), Refused> {
        self.post("window/rect", &json!({ "width": width, "height": height }))
            .map(drop)
    }

    /// A PNG of what the window shows.
    ///
    /// # Errors
    /// What the driver refused, or bytes that are no picture.
    pub fn screenshot(&self) -> Result<Vec<u8>, Refused> {
        let text = self.get("screenshot")?;
        let bytes = data_encoding::BASE64_MIME_PERMISSIVE
            .decode(text.as_str().unwrap_or_default().as_bytes());
        bytes.map_err(|error| Refused {
            code: "no picture".into(),
            message: error.to_string(),
        })
    }

    /// Closes the window and ends the session.
    ///
    /// # Errors
    /// What the driver refused.
    pub fn close(&self) -> Result<(), Refused> {
        self.driver
            .call("DELETE", &format!("/session/{}", self.id), &Value::Null)
            .map(drop)
    }
}
