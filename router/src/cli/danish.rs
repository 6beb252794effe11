//! The argument parser's own words, in Danish: headings, help and what it says of arguments it cannot use.

use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgAction, Command, Error};

const TEMPLATE: &str = "{before-help}{about-with-newline}\nBrug: {usage}\n\n{all-args}{after-help}";

/// The command and all below it, with Danish headings, help flags and defaults.
pub(super) fn in_danish(command: Command) -> Command {
    let help =
        Arg::new("help").short('h').long("help").action(ArgAction::Help).global(true).help("Vis denne hjælp");
    let version = Arg::new("version")
        .short('V')
        .long("version")
        .action(ArgAction::Version)
        .help("Vis programmets version");
    let name = command.get_name().to_owned();
    let command = command.disable_help_flag(true).disable_version_flag(true).disable_help_subcommand(true);
    dressed(command.arg(help).arg(version), &name)
}

fn dressed(command: Command, path: &str) -> Command {
    // The parser's own text of the usage, asked of a copy: nothing else knows which arguments are required.
    let usage = command.clone().bin_name(path).subcommand_value_name("KOMMANDO").render_usage().to_string();
    let usage = usage.trim_start_matches("Usage:").trim().replace("[OPTIONS]", "[VALG]");
    command
        .help_template(TEMPLATE)
        .override_usage(usage)
        .subcommand_help_heading("Kommandoer")
        .mut_args(argument)
        .mut_subcommands(|below| {
            let path = format!("{path} {}", below.get_name());
            dressed(below, &path)
        })
}

fn argument(argument: Arg) -> Arg {
    let heading = if argument.is_positional() { "Argumenter" } else { "Valg" };
    let argument = argument.help_heading(heading);
    if !argument.get_action().takes_values() {
        return argument;
    }
    let mut help = argument.get_help().map(ToString::to_string).unwrap_or_default();
    for default in argument.get_default_values() {
        help.push_str(&format!(" [ellers {}]", default.to_string_lossy()));
    }
    if let Some(variable) = argument.get_env() {
        help.push_str(&format!(" [miljøvariabel: {}]", variable.to_string_lossy()));
    }
    argument.help(StyledStr::from(help)).hide_default_value(true).hide_env(true)
}

/// What the parser has to say: help and version as they are, everything else as a Danish sentence.
pub(super) fn said(error: &Error) -> String {
    let sentence = match error.kind() {
        ErrorKind::DisplayHelp
        | ErrorKind::DisplayVersion
        | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            return error.render().to_string();
        }
        ErrorKind::UnknownArgument => {
            format!("Valget \"{}\" kendes ikke.", of(error, ContextKind::InvalidArg))
        }
        ErrorKind::InvalidSubcommand => {
            format!("Kommandoen \"{}\" kendes ikke.", of(error, ContextKind::InvalidSubcommand))
        }
        ErrorKind::MissingRequiredArgument => format!("Der mangler {}.", of(error, ContextKind::InvalidArg)),
        ErrorKind::MissingSubcommand => "Der mangler en kommando.".to_owned(),
        ErrorKind::ArgumentConflict => format!(
            "{} og {} kan ikke bruges sammen.",
            of(error, ContextKind::InvalidArg),
            of(error, ContextKind::PriorArg)
        ),
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            match of(error, ContextKind::InvalidValue).as_str() {
                "" => format!("Der mangler en værdi til {}.", of(error, ContextKind::InvalidArg)),
                value => format!("\"{value}\" kan ikke bruges som {}.", of(error, ContextKind::InvalidArg)),
            }
        }
        ErrorKind::TooManyValues | ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => {
            format!("Antallet af værdier til {} passer ikke.", of(error, ContextKind::InvalidArg))
        }
        _ => "Kommandoen kan ikke forstås.".to_owned(),
    };
    let meant = [ContextKind::SuggestedArg, ContextKind::SuggestedSubcommand, ContextKind::SuggestedValue]
        .into_iter()
        .map(|kind| of(error, kind))
        .find(|meant| !meant.is_empty())
        .map(|meant| format!(" Mente du {meant}?"))
        .unwrap_or_default();
    format!("{sentence}{meant}\nBrug --help for at se, hvad der kan vælges.\n")
}

fn of(error: &Error, kind: ContextKind) -> String {
    match error.get(kind) {
        Some(ContextValue::String(text)) => text.clone(),
        Some(ContextValue::Strings(texts)) => texts.join(", "),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    fn refused(arguments: &[&str]) -> String {
        let command = in_danish(crate::cli::Arguments::command());
        said(&command.try_get_matches_from(arguments).map(|_| ()).expect_err("it is refused"))
    }

    #[test]
    fn the_arguments_are_sound() {
        in_danish(crate::cli::Arguments::command()).debug_assert();
    }

    #[test]
    fn refusals_are_danish_and_name_what_is_wrong() {
        for (arguments, expected) in [
            (&["modtag", "explian", "x"][..], "Kommandoen \"explian\" kendes ikke. Mente du explain?"),
            (&["modtag", "list", "--jsn"], "Valget \"--jsn\" kendes ikke. Mente du --json?"),
            (&["modtag", "list", "--limit", "x"], "\"x\" kan ikke bruges som --limit <ANTAL>."),
            (&["modtag", "list", "--limit"], "Der mangler en værdi til --limit <ANTAL>."),
            (&["modtag", "ingest"], "Der mangler <FIL|MAPPE>"),
            (&["modtag", "explain", "x", "--reveal"], "Der mangler --reason <BEGRUNDELSE>."),
            (
                &["modtag", "answer", "x", "--unit", "u", "--case", "1", "--not-journaled", "y"],
                "--case <SAGSNUMMER> og --not-journaled <BEGRUNDELSE> kan ikke bruges sammen.",
            ),
        ] {
            let told = refused(arguments);
            assert!(told.starts_with(expected), "{told}");
        }
    }
}
