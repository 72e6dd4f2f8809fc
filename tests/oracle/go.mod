module tiphys.dev/oracle

go 1.26
