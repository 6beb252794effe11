//! The program that runs the graph: tract.

use tract_onnx::pb::ModelProto;
use tract_onnx::prelude::*;

use super::onnx::NotModel;
use super::table::Rows;

/// A graph, ready to run. Several threads may run it at once.
pub(super) struct Runner {
    plan: Arc<TypedRunnableModel>,
}

impl Runner {
    /// Makes a graph ready.
    pub(super) fn new(graph: &ModelProto) -> Result<Self, NotModel> {
        let plan = || -> TractResult<Arc<TypedRunnableModel>> {
            tract_onnx::onnx().parse(graph, None)?.model.into_optimized()?.into_runnable()
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
