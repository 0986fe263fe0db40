"""What tests share that drive real processes: started programs, the whole stack, brokers, rigs."""
