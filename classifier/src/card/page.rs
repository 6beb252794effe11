//! The card as a page for people, in Danish.

use std::fmt::Write;

use super::{Card, Level, Measured, Set};

/// What the model is for.
const PURPOSE: &str = "\
Foreslår KLE-emne, gruppe og hovedgruppe til et brev på dansk ud fra dets ord og orddele. En lineær model
(støttevektor, én mod resten) på tre niveauer, vejet sammen med de breve i korpus, der ligner mest. Dette kort er
skrevet af træningen selv.

";

/// What the page says where no figure can: known weaknesses and how to make the model again.
const WEAKNESSES: &str = "\
## Kendte svagheder

* Brevene er skrevet til formålet. Rigtig post er anderledes: længere, mere blandet, og nogle emner fylder meget
  mere end andre. Mål på egen bekræftet post, før noget føres videre uden et menneske.
* Hvor sikker modellen er, har den lært på breve, den ikke havde set, en hel fil ad gangen, så den heller ikke kendte
  skribenten. De er sværere end breve fra borgere og virksomheder: dér er sikkerheden stadig for lav.
* Grænsen for at føre videre er fundet på de samme breve. Hvor modellen var sikrest på noget andet end brevets emne, er
  brevet læst igen, og 30 breve har fået et emne mere, der også er rigtigt. Uden dem var der ingen grænse ved 2 %.
* Emner, der ligner hinanden, forveksles; gruppen er oftere rigtig end emnet.
* Modellen kender dansk. Breve på andre sprog får lav sikkerhed og skal ligge til et menneske.
* Den læser kun det, afsenderen skrev: »se vedhæftede« kan ikke placeres.
* Blandede breve (to sager i ét) findes kun ved, at sikkerheden falder, når halvdelene ikke ligner hinanden.

## Sådan laves den igen

```
modtag classifier train --corpus models/corpus --out models/kle --letters BREVE.jsonl
```

Samme breve og samme opskrift giver samme bytes. `BREVE.jsonl` er bedømte breve, der måles på; de indgår ikke i træningen.

`reliability.svg` viser, om sikkerheden er det værd, den siger, og `risk.svg`, hvor mange der ville blive ført forkert,
begge på breve, der var holdt ude af træningen.
";

/// The page.
pub fn page(card: &Card) -> String {
    let mut page = String::new();
    head(card, &mut page).expect("a string takes everything");
    page.push_str(WEAKNESSES);
    page
}

fn head(card: &Card, page: &mut String) -> std::fmt::Result {
    let model = &card.model;
    let [subjects, groups, main_groups] = model.labels;
    writeln!(page, "# Modelkort: {} (KLE {})\n", card.recipe.name, card.recipe.kle)?;
    page.push_str(PURPOSE);
    writeln!(page, "| | |\n|---|---|")?;
    writeln!(page, "| Fil | `{}`, {} bytes |", model.file, model.bytes)?;
    writeln!(page, "| SHA-256 | `{}` |", model.sha256)?;
    writeln!(page, "| Mærker | {subjects} emner, {groups} grupper, {main_groups} hovedgrupper |")?;
    writeln!(page, "| Ordforråd | {} ord og orddele, {} vægte |", model.features, model.weights)?;
    let letters: usize = card.corpus.iter().map(|file| file.letters).sum();
    writeln!(
        page,
        "| Trænet på | {letters} breve i {} filer (`card.toml` har deres hash) |\n",
        card.corpus.len()
    )?;
    for set in &card.set {
        of_set(set, page)?;
    }
    kept_out(&card.cross_validation, page)
}

fn of_set(set: &Set, page: &mut String) -> std::fmt::Result {
    writeln!(page, "## Målt på `{}`: {} breve, der kan fordeles\n", set.file, set.routable)?;
    writeln!(page, "| Mål | Andel | 95 %-interval | Af |\n|---|---|---|---|")?;
    for (name, measured) in &set.shares {
        writeln!(page, "| `{name}` | {} |", row(measured))?;
    }
    let [two, five] = [set.coverage_at_2pct, set.coverage_at_5pct].map(percent);
    writeln!(
        page,
        "\nKunne føres videre, de sikreste først: {two} med højst 2 % forkert gruppe, {five} med højst 5 %."
    )?;
    writeln!(
        page,
        "Sikkerhedens afvigelse fra sandheden (ECE, gruppe): {}.\n",
        percent(set.calibration_error)
    )?;
    writeln!(page, "| Ført videre | Forkert gruppe |\n|---|---|")?;
    for [coverage, risk] in &set.risk_coverage {
        writeln!(page, "| {} | {} |", percent(*coverage), percent(*risk))?;
    }
    writeln!(page)
}

fn kept_out(levels: &[Level], page: &mut String) -> std::fmt::Result {
    writeln!(page, "## Målt på korpus selv, på breve holdt ude af træningen\n")?;
    writeln!(
        page,
        "| Niveau | Første forslag rigtigt | 95 %-interval | Af | Ført videre ved højst 5 % forkert |\n|---|---|---|---|---|"
    )?;
    for level in levels {
        writeln!(page, "| {} | {} | {} |", level.level, row(&level.at_1), percent(level.coverage_at_5pct))?;
    }
    writeln!(page)
}

fn row(measured: &Measured) -> String {
    let [share, low, high] = [measured.share, measured.low, measured.high].map(percent);
    format!("{share} | {low}–{high} | {}", measured.of)
}

fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0).replace('.', ",")
}
