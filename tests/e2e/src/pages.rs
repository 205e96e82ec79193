//! A web server of a few lines for test pages that WebKitGTK opens without the application.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::{Component, Path, PathBuf};

/// Serves the files below `folder` on `listener` until the test ends.
pub fn serve(listener: TcpListener, folder: PathBuf) {
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let folder = folder.clone();
            std::thread::spawn(move || {
                let mut line = String::new();
                let mut reader = BufReader::new(&stream);
                if reader.read_line(&mut line).is_err() {
                    return;
                }
                // The rest of the request is read so that closing does not reset the connection.
                let mut head = String::new();
                while reader.read_line(&mut head).is_ok_and(|count| count > 2) {
                    head.clear();
                }
                let path = line
                    .split(' ')
                    .nth(1)
                    .unwrap_or("/")
                    .split('?')
                    .next()
                    .unwrap_or("/");
                let answer = match file(&folder, path) {
                    Some((kind, bytes)) => [ok(kind, bytes.len()).into_bytes(), bytes].concat(),
                    None => b"HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n".to_vec(),
                };
                let _ = stream.write_all(&answer);
            });
        }
    });
}

fn ok(kind: &str, length: usize) -> String {
    format!(
        "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n\r\n"
    )
}

fn file(folder: &Path, path: &str) -> Option<(&'static str, Vec<u8>)> {
    let inner = Path::new(path.trim_start_matches('/'));
    if inner
        .components()
        .any(|part| !matches!(part, Component::Normal(_)))
    {
        return None;
    }
    let kind = match inner.extension()?.to_str()? {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "json" => "application/json",
        _ => "application/octet-stream",
    };
    Some((kind, std::fs::read(folder.join(inner)).ok()?))
}
