buckets() |> keep(columns: ["name"])
