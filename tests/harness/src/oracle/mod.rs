//! What must be so, looked at from outside: stores are read, engines asked, windows compared.

pub mod agree;
pub mod contents;
pub mod lies;
pub mod receipts;
pub mod replay;
pub mod restart;
pub mod words;
