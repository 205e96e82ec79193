//! Addresses as people see them: `/ip4/192.168.1.7/tcp/41234`.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV6};

use crate::error::{AppError, Code};

/// Writes a socket address as a multiaddress.
pub(crate) fn to_text(address: SocketAddr) -> String {
    match address {
        SocketAddr::V4(v4) => format!("/ip4/{}/tcp/{}", v4.ip(), v4.port()),
        SocketAddr::V6(v6) if v6.scope_id() != 0 => {
            format!(
                "/ip6zone/{}/ip6/{}/tcp/{}",
                v6.scope_id(),
                v6.ip(),
                v6.port()
            )
        }
        SocketAddr::V6(v6) => format!("/ip6/{}/tcp/{}", v6.ip(), v6.port()),
    }
}

/// Reads a multiaddress of an IP address and a TCP port; also `1.2.3.4:5` and `[::1]:5`, which people type.
/// Admissions and profiles carry such texts too, so the fuzz targets (`tests/fuzz`) call it.
///
/// # Errors
/// When it is neither.
pub fn parse(text: &str) -> Result<SocketAddr, AppError> {
    let text = text.trim();
    multiaddress(text)
        .or_else(|| text.parse().ok())
        .ok_or_else(|| {
            AppError::new(
                Code::BadArgument,
                format!("\"{text}\" is no address. nothing was changed. give one like /ip4/192.168.1.7/tcp/41234"),
            )
        })
}

fn multiaddress(text: &str) -> Option<SocketAddr> {
    let mut parts = text.strip_prefix('/')?.split('/');
    let mut zone = 0;
    let mut family = parts.next()?;
    if family == "ip6zone" {
        zone = parts.next()?.parse().ok()?;
        family = parts.next()?;
    }
    let ip: IpAddr = match family {
        "ip4" => parts.next()?.parse::<Ipv4Addr>().ok()?.into(),
        "ip6" => parts.next()?.parse::<Ipv6Addr>().ok()?.into(),
        _ => return None,
    };
    if parts.next()? != "tcp" {
        return None;
    }
    let port = parts.next()?.parse().ok()?;
    if parts.next().is_some() {
        return None;
    }
    Some(match ip {
        IpAddr::V6(ip) => SocketAddrV6::new(ip, port, 0, zone).into(),
        ip => SocketAddr::new(ip, port),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_reads_back_as_it_was_written() {
        for text in ["10.1.2.3:4001", "[2001:db8::1]:4001", "[fe80::1%7]:9"] {
            let address: SocketAddr = text.parse().unwrap();
            assert_eq!(parse(&to_text(address)).unwrap(), address);
        }
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for text in [
            "",
            "/",
            "/ip4/1.2.3.4",
            "/ip4/1.2.3.4/udp/5",
            "/ip4/1.2.3.4/tcp/70000",
            "/ip4/1.2.3.4/tcp/5/p2p/x",
            "/dns4/example.org/tcp/5",
            "localhost:5",
        ] {
            assert_eq!(parse(text).unwrap_err().code(), Code::BadArgument, "{text}");
        }
    }
}
