//! What the durable memory of steps must keep to, since every adapter leans on it.

use super::{Breach, Broken, Held, must};
use crate::Steps;

/// Does this memory of one write's steps keep its promises? It must be empty and is filled by this; `reopened`
/// gives the same memory as seen after a restart.
pub async fn remembers(
    steps: &dyn Steps,
    reopened: impl AsyncFnOnce() -> Box<dyn Steps>,
) -> Result<(), Breach> {
    let told = |Broken(what)| Breach { clause: "steps are remembered", what };
    fill(steps).await.map_err(told)?;
    keeps(reopened().await.as_ref()).await.map_err(told)
}

async fn fill(steps: &dyn Steps) -> Held {
    must(steps.token("entry").await?.is_none(), "a step is remembered that was never recorded")?;
    steps.record("upload/0/0", "æøå \"1\"").await?;
    steps.record("entry/begun", "yes").await?;
    steps.record("entry/begun", "no").await?;
    keeps(steps).await
}

async fn keeps(steps: &dyn Steps) -> Held {
    must(steps.token("upload/0/0").await?.as_deref() == Some("æøå \"1\""), "a token comes back as another")?;
    must(
        steps.token("entry/begun").await?.as_deref() == Some("no"),
        "recorded again, the older token stays",
    )?;
    must(steps.token("entry").await?.is_none(), "one step's token is given for another")
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::memory::MemorySteps;

    #[tokio::test]
    async fn steps_in_memory_remember() {
        let steps = Arc::new(MemorySteps::default());
        let again = Arc::clone(&steps);
        remembers(&steps, async move || Box::new(again) as Box<dyn Steps>).await.expect("kept");
    }
}
