import "influxdata/influxdb/v1"
v1.tagValues(bucket: <<bucket>>, tag: "_measurement", start: <<since>>)
