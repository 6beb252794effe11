//! A case system over HTTP that is slow and faulty, as real ones are (`spec/esdh.md` §3 and §15).
//!
//! The *system* ([`Double`]) is a server that keeps cases, files and entries in memory, outlives whoever calls it, and
//! counts what it was asked to do. It does not know entries by our key when it makes them: asked twice, it makes two.
//! It can be searched by our key, but only some time after. The *adapter* ([`HttpCaseSystem`]) is what a vendor's
//! adapter must be: files uploaded to tokens, the entry made of the tokens, made final, read back, with the token of
//! each step stored before the next.
//!
//! A call that the system has begun goes on when its caller dies.

mod client;
mod server;
mod wire;

pub use client::HttpCaseSystem;
pub use server::{Double, Filed};
