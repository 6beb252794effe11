//! The program that runs the graph: tract.

use tract_onnx::pb::ModelProto;
use tract_onnx::prelude::*;

use super::onnx::NotModel;
use super::shortcut;
use super::table::Rows;

/// A graph, ready to run. Several threads may run it at once.
pub(super) struct Runner {
    plan: Arc<TypedRunnableModel>,
}

impl Runner {
    /// Makes a graph ready, with the shortcuts that it allows.
    pub(super) fn new(mut graph: ModelProto) -> Result<Self, NotModel> {
        shortcut::take(&mut graph);
        Self::as_it_stands(&graph)
    }

    fn as_it_stands(graph: &ModelProto) -> Result<Self, NotModel> {
        let plan = || -> TractResult<Arc<TypedRunnableModel>> {
            shortcut::reader().parse(graph, None)?.model.into_optimized()?.into_runnable()
        };
        plan().map(|plan| Self { plan }).map_err(|why| NotModel::NotRun(format!("{why:#}")))
    }

    /// The score of every label.
    pub(super) fn scores(&self, rows: &Rows) -> Result<Vec<f32>, NotModel> {
        let run = || -> TractResult<Vec<f32>> {
            let inputs = tvec!(
                tensor1(&rows.dense).into(),
                tensor1(&rows.dense_values).into(),
                tensor1(&rows.sparse).into(),
                tensor1(&rows.sparse_values).into(),
            );
            let outputs = self.plan.run(inputs)?;
            Ok(outputs[0].to_plain_array_view::<f32>()?.iter().copied().collect())
        };
        run().map_err(|why| NotModel::NotRun(format!("{why:#}")))
    }
}

#[cfg(test)]
mod tests {
    use super::super::dense::Dense;
    use super::super::onnx;
    use super::super::sparse::{Sparse, Weight};
    use super::super::table::Table;
    use super::*;
    use crate::features::{Vector, Vocabulary};
    use crate::index::Compounds;

    const LABELS: usize = 13;

    fn table() -> Table {
        let weights = (0..40_u32).flat_map(|feature| {
            (0..LABELS as u16).map(move |label| {
                let weight = f32::from((feature as u16 * 7 + label * 5) % 23) - 11.0;
                Weight { feature, label, weight }
            })
        });
        let weights: Vec<Weight> = weights.collect();
        let dense = Dense::of(&weights, (0..20).collect(), LABELS);
        let rare = weights.into_iter().filter(|weight| weight.feature >= 20).collect();
        Table { dense, sparse: Sparse::of(rare, 40, LABELS), bias: vec![0.5; LABELS] }
    }

    fn graph() -> ModelProto {
        let vocabulary = Vocabulary::new((0..40).collect(), vec![1.0; 40]).expect("a vocabulary");
        let bytes = onnx::write(&vocabulary, &table(), &Compounds::default(), "the graph alone is looked at");
        onnx::read(&bytes).expect("a file").graph
    }

    fn nodes(graph: &ModelProto) -> usize {
        graph.graph.as_ref().map_or(0, |graph| graph.node.len())
    }

    #[test]
    fn the_shortcuts_say_what_the_nodes_say() {
        let (plain, mut short) = (graph(), graph());
        shortcut::take(&mut short);
        assert_eq!((nodes(&plain), nodes(&short)), (18, 6), "both shortcuts are taken");
        let [plain, short] = [plain, short].map(|graph| Runner::as_it_stands(&graph).expect("a runner"));
        for count in [1, 2, 7, 39] {
            let features: Vec<u32> = (0..40).filter(|feature| feature * 11 % 40 < count).collect();
            let weights = features.iter().map(|feature| 0.1 + *feature as f32 / 50.0).collect();
            let rows = table().rows(&Vector { features, weights, known: 1.0 });
            let [plain, short] = [&plain, &short].map(|runner| runner.scores(&rows).expect("scores"));
            let apart = plain.iter().zip(&short).map(|(one, other)| (one - other).abs());
            assert!(plain.len() == LABELS && apart.fold(0.0, f32::max) < 1e-4, "{plain:?} {short:?}");
        }
    }

    #[test]
    fn a_graph_that_says_something_else_runs_as_it_stands() {
        let mut other = graph();
        let all = &mut other.graph.as_mut().expect("a graph").node;
        all.iter_mut().filter(|node| node.op_type == "ScatterElements").for_each(|node| {
            node.attribute.retain(|attribute| attribute.name != "reduction");
        });
        let before = nodes(&other);
        shortcut::take(&mut other);
        assert_eq!(nodes(&other), before - 4, "the other shortcut alone");
    }

    #[test]
    fn a_row_that_is_not_there_is_an_error() {
        let runner = Runner::new(graph()).expect("a runner");
        for spoil in [|rows: &mut Rows| rows.dense[0] = 20, |rows: &mut Rows| rows.sparse[0] = -1] {
            let mut rows = table().rows(&Vector { features: vec![1, 30], weights: vec![1.0; 2], known: 1.0 });
            spoil(&mut rows);
            assert!(runner.scores(&rows).is_err());
        }
    }
}
