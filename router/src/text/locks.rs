//! Locks: what a child takes from itself before it reads the first byte.
//!
//! Three file descriptors are all it may have, and it has them: so it can open no file, no socket and no pipe, on any kernel.
//! Landlock forbids the same once more, and starting another program, where the kernel has it. No thread or process may be
//! begun, no byte written to a file, no memory image left behind. A filter of system calls (seccomp) would add nothing that a
//! document's reader could still do.

use landlock::{
    ABI, Access, AccessFs, AccessNet, Ruleset, RulesetAttr, RulesetCreatedAttr, RulesetError, RulesetStatus,
    Scope, path_beneath_rules,
};
use rustix::io::Errno;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use serde::{Deserialize, Serialize};

use super::limits::Limits;

/// What a child took from itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Locks {
    /// What the kernel's Landlock holds.
    pub landlock: Landlock,
}

/// What the kernel's Landlock holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Landlock {
    /// Files, network and signals.
    Full,
    /// Files, and not all of the rest.
    Partly,
    /// Nothing: the kernel is without it.
    Missing,
}

/// Where a program for character recognition and its data lie.
const PROGRAMS: [&str; 6] = ["/usr", "/lib", "/lib64", "/bin", "/opt", "/etc/ld.so.cache"];

/// Takes from this process what reading a document does not need.
pub(super) fn for_reading(limits: &Limits) -> Result<Locks, Errno> {
    let landlock = landlock(&[]);
    common(limits)?;
    limit(Resource::Nproc, 0, 0)?;
    limit(Resource::Nofile, 3, 3)?;
    Ok(Locks { landlock })
}

/// Takes from this process what recognising characters does not need: the program and its data may be read.
pub(super) fn for_recognising(limits: &Limits) -> Result<(), Errno> {
    landlock(&PROGRAMS);
    common(limits)?;
    limit(Resource::Nofile, 64, 64)
}

fn common(limits: &Limits) -> Result<(), Errno> {
    let cpu = limits.cpu.as_secs().max(1);
    limit(Resource::Core, 0, 0)?;
    limit(Resource::Fsize, 0, 0)?;
    // First a signal that tells what happened, then the one that cannot be ignored.
    limit(Resource::Cpu, cpu, cpu + 1)?;
    limit(Resource::As, limits.memory, limits.memory)
}

/// Lowers a limit; one that is lower already stays.
fn limit(resource: Resource, current: u64, maximum: u64) -> Result<(), Errno> {
    let allowed = getrlimit(resource).maximum.unwrap_or(u64::MAX);
    setrlimit(resource, Rlimit { current: Some(current.min(allowed)), maximum: Some(maximum.min(allowed)) })
}

/// Forbids all that Landlock can forbid; files below `readable` may be read and run.
fn landlock(readable: &[&str]) -> Landlock {
    match restricted(readable) {
        Ok(RulesetStatus::FullyEnforced) => Landlock::Full,
        Ok(RulesetStatus::PartiallyEnforced) => Landlock::Partly,
        Ok(RulesetStatus::NotEnforced) | Err(_) => Landlock::Missing,
    }
}

fn restricted(readable: &[&str]) -> Result<RulesetStatus, RulesetError> {
    let newest = ABI::V6;
    let ruleset = Ruleset::default()
        .handle_access(AccessFs::from_all(newest))?
        .handle_access(AccessNet::from_all(newest))?
        .scope(Scope::from_all(newest))?
        .create()?
        .add_rules(path_beneath_rules(readable, AccessFs::from_read(newest)))?;
    Ok(ruleset.restrict_self()?.ruleset)
}
