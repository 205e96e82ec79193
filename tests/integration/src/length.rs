//! How long a test may take: `cargo xtask test --nightly` sets `SKEIN_LONG=1`.

/// When `1`, tests take the time they would like to have.
const LONG: &str = "SKEIN_LONG";

/// Whether this is a run over night.
pub fn is_long() -> bool {
    std::env::var(LONG).is_ok_and(|value| value == "1")
}

/// How often something is done: as `variable` says, else `long` over night, else `ordinary`.
///
/// # Panics
/// When the variable is set and no number.
pub fn times(variable: &str, ordinary: usize, long: usize) -> usize {
    match std::env::var(variable) {
        Ok(text) => text
            .parse()
            .unwrap_or_else(|_| panic!("{variable} is no number: {text}")),
        Err(_) if is_long() => long,
        Err(_) => ordinary,
    }
}
